"""Writes the lock files: one for running, one for developing, each for every supported Python and system at once.

uv resolves them, since pip-compile knows only the Python and the system that it runs on. The files carry hashes and
markers, no addresses: where packages come from stays the business of whoever installs.
"""

import os
import subprocess
import tomllib
from collections.abc import Mapping

from tools.environment import ROOT, Environment, Level, SetUpError, cleaned


def write_locks(environment: Environment, *options: str) -> None:
    """Renews both files; `--upgrade` among the options takes the newest versions. Raises SetUpError."""
    project = tomllib.loads((environment.root / "pyproject.toml").read_text(encoding="utf-8"))
    # built without isolation, so what builds the package is locked with it
    build = "\n".join(project["build-system"]["requires"])
    _compile(environment, Level.TEST, build, ["--extra", "dev", *options])
    _compile(environment, Level.RUN, build, ["--constraints", Level.TEST.lock_file])


def _compile(environment: Environment, level: Level, extra_requirements: str, options: list[str]) -> None:
    command = [
        str(environment.python),
        "-I",
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--generate-hashes",
    ]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-config"]
    command += ["--custom-compile-command", "python3 dev.py lock", "--output-file", level.lock_file, *options]
    variables = with_uv_settings(cleaned(os.environ))
    inputs = ["pyproject.toml", "-"]
    done = subprocess.run([*command, *inputs], cwd=ROOT, env=variables, input=extra_requirements.encode(), check=False)
    if done.returncode != 0:
        raise SetUpError(f"{level.lock_file} was not written; uv's own words are above.")


def with_uv_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """pip's main index, proxy and certificates, said in uv's words.

    Extra indexes are left out on purpose: a partial mirror would bring a lock with the hashes of one system only.
    """
    said = dict(environment)
    if "PIP_INDEX_URL" in said:
        said.setdefault("UV_DEFAULT_INDEX", said["PIP_INDEX_URL"])
    if "PIP_CERT" in said:
        said.setdefault("SSL_CERT_FILE", said["PIP_CERT"])
    if "PIP_PROXY" in said:
        said.setdefault("HTTPS_PROXY", said["PIP_PROXY"])
    return said
