"""Reserves a trainer's resources in the cluster.

The driver calls `reserve` as a Ray task: a placement group created through Ray's Java API cannot be detached,
so it and its trainer would end together with the driver's process.
"""

import json

from ray.util import get_placement_group, placement_group


def reserve(name: str, bundles_json: str, strategy: str = "PACK") -> str:
    """Requests the detached placement group `name` in the job's namespace, unless it exists.

    `bundles_json` is a list of {resource: amount}, `strategy` one of Ray's: PACK, SPREAD, STRICT_PACK,
    STRICT_SPREAD. Returns at once, with the group's id in hexadecimal; the
    group may still wait for resources. Safe to repeat.
    """
    try:
        group = get_placement_group(name)
    except ValueError:
        bundles: list[dict[str, float]] = json.loads(bundles_json)
        group = placement_group(bundles, strategy=strategy, name=name, lifetime="detached")
    identifier: str = group.id.hex()
    return identifier
