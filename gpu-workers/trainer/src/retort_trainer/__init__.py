"""Training, generation and export for Retort, run as one Ray actor or by `python -m retort_trainer JOB.json`.

Importing the package sets Hugging Face libraries offline: models and data come only from the store.
"""

import os

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TQDM_DISABLE", "1")
# Spinning OpenMP threads lose all their speed as soon as another process needs the CPU.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
