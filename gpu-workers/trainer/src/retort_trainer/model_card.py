"""The README.md of a published model."""

import json
from typing import Any

from retort_trainer.job import TrainerJob
from retort_trainer.spec import TraceFormat

_TRACES = {
    TraceFormat.THINK: "<think>\n...\n</think>\n\nThe answer is \\boxed{...}.",
    TraceFormat.THOUGHT: (
        "<|begin_of_thought|>\n\n...\n\n<|end_of_thought|>\n\n"
        "<|begin_of_solution|>\n\nThe answer is \\boxed{...}.\n\n<|end_of_solution|>"
    ),
}


def render(job: TrainerJob, config: Any, parameters: int) -> str:
    """Markdown with the front matter that model hubs read. Text from the job is quoted, never markup."""
    assert job.export is not None
    template = job.export.template
    name, _, version = ("", "", *job.export.output_uri.rstrip("/").split("/"))[-3:]
    trace = _TRACES.get(template.trace_format, _TRACES[TraceFormat.THINK])
    architecture = ", ".join(getattr(config, "architectures", None) or [type(config).__name__])
    return f"""---
library_name: transformers
pipeline_tag: text-generation
tags:
- reasoning
- retort
---

# {_inline(name)}, version {_inline(version)}

A small reasoning model, trained by Retort: supervised fine-tuning on chains of thought that were curated
for a model of its size, then preference optimisation with a beta per pair (CogPO).

| | |
|---|---|
| run | `{_inline(job.run_id)}` |
| architecture | {architecture} |
| parameters | {parameters:,} |
| longest training sequence | {template.max_length} tokens |

The data, settings, scores and hashes of the run are in its report and in `provenance.json`.

## Use

```python
from transformers import AutoModelForCausalLM, AutoTokenizer

model_name = "path/to/this/folder"
model = AutoModelForCausalLM.from_pretrained(model_name)
tokenizer = AutoTokenizer.from_pretrained(model_name)

messages = [
    {{"role": "system", "content": {_literal(template.system_prompt)}}},
    {{"role": "user", "content": {_literal(job.export.check_problem)}}},
]
text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
model_inputs = tokenizer([text], return_tensors="pt").to(model.device)
generated_ids = model.generate(**model_inputs, max_new_tokens=512)
response = tokenizer.decode(generated_ids[0, model_inputs.input_ids.shape[1]:], skip_special_tokens=True)
print(response)
```

The system prompt above is the chat template's default: leave the system message out and it is put in.

## Answers

```
{trace}
```
"""


def _literal(text: str) -> str:
    # A fence in the text must not end the code block.
    return json.dumps(text, ensure_ascii=False).replace("`", "\\u0060")


def _inline(text: str) -> str:
    return " ".join(text.replace("`", "'").replace("|", "/").split())
