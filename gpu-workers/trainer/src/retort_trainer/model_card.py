"""The README.md of a published model."""

import json
from typing import Any

from retort_trainer import exported_folder
from retort_trainer.exported_folder import quoted
from retort_trainer.job import TrainerJob
from retort_trainer.spec import TraceFormat

_TRACES = {
    TraceFormat.THINK: "<think>\n...\n</think>\n\nThe answer is \\boxed{...}.",
    TraceFormat.THOUGHT: (
        "<|begin_of_thought|>\n\n...\n\n<|end_of_thought|>\n\n"
        "<|begin_of_solution|>\n\nThe answer is \\boxed{...}.\n\n<|end_of_solution|>"
    ),
}

_SYSTEM_NOTE = (
    "The system prompt above is the chat template's default: leave the system message out and it is put in.\n"
)


def render(job: TrainerJob, config: Any, parameters: int, dtype: str, dtype_shift: float) -> str:
    """Markdown with the front matter that model hubs read. Text from the job is quoted, never markup.

    `dtype_shift` is the change of the mean log-probability per token that rounding to `dtype` has made.
    """
    assert job.export is not None
    template = job.export.template
    name, _, version = ("", "", *job.export.output_uri.rstrip("/").split("/"))[-3:]
    trace = _TRACES.get(template.trace_format, _TRACES[TraceFormat.THINK])
    system = _system_message(template.system_prompt)
    system_note = _SYSTEM_NOTE if template.system_prompt else ""
    scores = exported_folder.released_scores(exported_folder.results(job.export))
    rounded = f", rounding moved log-probabilities by {dtype_shift:.4f} per token" if dtype_shift else ""
    architecture = ", ".join(getattr(config, "architectures", None) or [type(config).__name__])
    return f"""---
library_name: transformers
pipeline_tag: text-generation
tags:
- reasoning
- retort
{_base_model(job.export.base_model)}{_model_index(name, scores)}---

# {_inline(name)}, version {_inline(version)}

A small reasoning model, trained by Retort: supervised fine-tuning on chains of thought that were curated
for a model of its size, then preference optimisation with a beta per pair (CogPO).

| | |
|---|---|
| run | `{_inline(job.run_id)}` |
| architecture | {architecture} |
| parameters | {parameters:,} |
| weights | {dtype}{rounded} |
| longest training sequence | {template.max_length} tokens |

{_score_table(scores)}The data, settings and hashes of the run are in its report and in `provenance.json`.

## Use

```python
from transformers import AutoModelForCausalLM, AutoTokenizer

model_name = "path/to/this/folder"
model = AutoModelForCausalLM.from_pretrained(model_name)
tokenizer = AutoTokenizer.from_pretrained(model_name)

messages = [
{system}    {{"role": "user", "content": {_literal(job.export.check_problem)}}},
]
text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
model_inputs = tokenizer([text], return_tensors="pt").to(model.device)
generated_ids = model.generate(**model_inputs, max_new_tokens=512)
generated_ids = [
    output_ids[len(input_ids):] for input_ids, output_ids in zip(model_inputs.input_ids, generated_ids)
]
response = tokenizer.batch_decode(generated_ids, skip_special_tokens=True)[0]
print(response)
```

{system_note}`generate` samples as the evaluation did; pass `do_sample=False` for the most likely answer.

## Answers

```
{trace}
```
"""


def _base_model(base_model: str) -> str:
    return f"base_model: {quoted(base_model)}\n" if base_model else ""


def _model_index(name: str, scores: list[dict[str, Any]]) -> str:
    """The scores as hubs read them; neither intervals nor coverage have a field there."""
    if not scores:
        return ""
    lines = ["model-index:", f"- name: {quoted(name)}", "  results:"]
    for score in scores:
        data_set = exported_folder.hub_data_set(score)
        lines += [
            "  - task:",
            "      type: text-generation",
            "    dataset:",
            f"      name: {quoted(score['benchmark'])}",
            f"      type: {quoted(data_set[0] if data_set else score['benchmark'])}",
            *([f"      revision: {quoted(data_set[1])}"] if data_set else []),
            "    metrics:",
            f"    - type: pass@{exported_folder.first_k(score).get('k', 1)}",
            f"      value: {exported_folder.percent(score)}",
            f"      name: {quoted(exported_folder.notes(score))}",
        ]
    return "\n".join(lines) + "\n"


def _score_table(scores: list[dict[str, Any]]) -> str:
    if not scores:
        return ""
    rows = []
    for score in scores:
        figure = exported_folder.first_k(score)
        low, high = (100 * figure.get(end, 0.0) for end in ("low", "high"))
        rows.append(
            f"| {_inline(score['benchmark'])} | {exported_folder.percent(score):.1f} % "
            f"| {low:.1f} to {high:.1f} "
            f"| {score.get('problems', 0)} x {score.get('samples', 0)} "
            f"| {100 * score.get('truncated_ratio', 0.0):.1f} % |"
        )
    return (
        "## Scores\n\n| benchmark | score | 95 % interval | problems x answers | cut by the token limit |\n"
        "|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n\nAll figures, of the model before training too, and "
        "the paired differences are in `results.json`.\n\n"
    )


def _system_message(prompt: str) -> str:
    """The line of the example; none for a student without a prompt, whose template gets no system turn."""
    return f'    {{"role": "system", "content": {_literal(prompt)}}},\n' if prompt else ""


def _literal(text: str) -> str:
    # A fence in the text must not end the code block.
    return json.dumps(text, ensure_ascii=False).replace("`", "\\u0060")


def _inline(text: str) -> str:
    return " ".join(text.replace("`", "'").replace("|", "/").split())
