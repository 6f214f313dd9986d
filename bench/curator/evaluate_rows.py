"""Evaluates rows with bespokelabs-curator, one call per row, like the judge workers.

Arguments: base URL of the endpoint, JSON Lines of rows, the chat completion that contains the messages,
concurrent calls. Prints the seconds from the call to the data set.
"""

import json
import sys
import time

import tiktoken


class CharactersAsTokens:
    """Stands in for the encoding that tiktoken would download; it is cheaper than the real one."""

    def encode(self, text: str, disallowed_special: tuple[str, ...] = ()) -> range:
        """Four characters count as a token."""
        return range(len(text) // 4)


tiktoken.get_encoding = lambda name: CharactersAsTokens()

from bespokelabs import curator  # noqa: E402  after the stub
from datasets import Dataset  # noqa: E402


class Evaluator(curator.LLM):
    """Asks for a verdict on a chain."""

    system = ""
    question = ""

    def prompt(self, row: dict) -> list[dict]:
        """The messages of one row."""
        asked = self.question.replace("{problem}", row["problem"])
        asked = asked.replace("{answer}", row["answer"]).replace("{chain}", row["chain"])
        return [{"role": "system", "content": self.system}, {"role": "user", "content": asked}]

    def parse(self, row: dict, response: str) -> dict:
        """The row with its verdict."""
        verdict = json.loads(response)
        return {**row, "difficulty": verdict["difficulty"], "critique": verdict["critique"]}


def main() -> None:
    """Evaluates all rows once."""
    base_url, rows_file, request_file, concurrency = sys.argv[1:]
    with open(request_file) as file:
        messages = json.load(file)["messages"]
    Evaluator.system = messages[0]["content"]
    Evaluator.question = messages[1]["content"]
    with open(rows_file) as file:
        rows = Dataset.from_list([json.loads(line) for line in file])
    evaluator = Evaluator(
        model_name="bench-judge",
        backend="openai",
        generation_params={"temperature": 0, "max_tokens": 2048},
        backend_params={
            "base_url": base_url,
            "api_key": "none",
            "max_concurrent_requests": int(concurrency),
            "max_requests_per_minute": 10_000_000,
            "max_tokens_per_minute": 100_000_000_000,
        },
    )
    started = time.monotonic()
    verdicts = evaluator(rows).dataset
    seconds = time.monotonic() - started
    medium = sum(row["difficulty"] == "MEDIUM" for row in verdicts)
    if medium != len(rows):
        raise SystemExit(f"{medium} verdicts (expected: {len(rows)})")
    print(f"evaluated {len(rows)} rows in {seconds:.3f} s", flush=True)


if __name__ == "__main__":
    main()
