"""An OpenAI-compatible endpoint: llama.cpp's server over one GGUF file, or Transformers over a model folder.

    python infra/local/model-server.py --model FILE.gguf|FOLDER [--port 8080] [--parallel 8] [--ctx-size 1024]
    [--threads 2]

Serves /v1/chat/completions and /health on the loopback interface; of a GGUF file with `response_format`
json_schema, `n`, and /metrics, of a folder one request at a time, see retort_trainer.chat_server. Prints
`ready http://HOST:PORT` once it answers. Ends with status 0 on SIGTERM or SIGINT.
"""

import argparse
import os
import signal
import socket
import sys
from pathlib import Path


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="model-server.py")
    parser.add_argument(
        "--model", type=Path, required=True, help="GGUF file, or folder in Hugging Face layout"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one (default: 8080)")
    parser.add_argument("--parallel", type=int, default=8, help="requests decoded together (default: 8)")
    parser.add_argument("--ctx-size", type=int, default=1024, help="tokens of one request (default: 1024)")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="(default: all processors)")
    parser.add_argument("--alias", help="model name in answers (default: the file's name)")
    return parser.parse_args(arguments)


def complaint(options: argparse.Namespace) -> str | None:
    """What is wrong with the arguments; the native library would end the process without a word."""
    if not options.model.is_file() and not options.model.is_dir():
        return f"--model: {options.model} (expected: a GGUF file or a model folder)"
    if options.model.is_file():
        with options.model.open("rb") as stream:
            if stream.read(4) != b"GGUF":
                return f"--model: {options.model} does not begin like a GGUF file"
    for name in ("parallel", "ctx_size", "threads"):
        if getattr(options, name) < 1:
            return f"--{name.replace('_', '-')}: {getattr(options, name)} (expected: >= 1)"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except (OSError, OverflowError) as error:
            return f"--port: {options.port} cannot be used on {options.host}: {error}"
    return None


def main(arguments: list[str] | None = None) -> int:
    options = parse_arguments(arguments)
    wrong = complaint(options)
    if wrong is not None:
        print(f"error: {wrong}", file=sys.stderr)
        return 1

    # Spinning threads lose all their speed as soon as another process needs the CPU.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    ends = {signal.SIGTERM, signal.SIGINT}
    # Before the server's threads start, which inherit the mask: only this thread waits for these signals.
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)

    if options.model.is_dir():
        return serve_folder(options, ends)

    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(options.model)
    parameters.model_alias = {options.alias or options.model.stem}
    parameters.hostnames = [options.host]
    parameters.port = options.port
    parameters.n_parallel = options.parallel
    # llama.cpp divides one context among the slots.
    parameters.n_ctx = options.ctx_size * options.parallel
    parameters.kv_unified = False
    parameters.cont_batching = True
    parameters.cpuparams.n_threads = options.threads
    parameters.cpuparams_batch.n_threads = options.threads
    parameters.n_threads_http = options.parallel + 4
    parameters.endpoint_metrics = True
    parameters.use_jinja = True
    # Cache of prompts in addition to the slots; the default of 8 GB exceeds the memory of a small machine.
    parameters.cache_ram_mib = 128
    try:
        server = xllamacpp.Server(parameters)
    except Exception as error:  # The binding raises arbitrary exceptions.
        print(f"error: {options.model}: could not be served: {error}", file=sys.stderr)
        return 1
    print(f"ready {server.listening_address}", flush=True)
    signal.sigwait(ends)
    sys.stdout.flush()
    sys.stderr.flush()
    # The binding's destructor waits for open requests, which are lost with the caller anyway.
    os._exit(0)


def serve_folder(options: argparse.Namespace, ends: set[signal.Signals]) -> int:
    """Serves a model folder until one of the signals comes."""
    import threading

    import torch

    from retort_trainer import chat_server
    from retort_trainer.failures import RetortError

    torch.set_num_threads(options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        model = chat_server.ChatModel(options.model, device)
    except RetortError as error:
        print(f"error: {error.message}", file=sys.stderr)
        return 1
    server = chat_server.server(model, options.alias or options.model.name, options.host, options.port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"ready http://{options.host}:{server.server_port}", flush=True)
    signal.sigwait(ends)
    sys.stdout.flush()
    sys.stderr.flush()
    # A request under way would be waited for.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
