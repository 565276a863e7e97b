"""Programs in a layer can be run by name.

On Lambda files keep the mode they have in the zip, and `/opt/bin` is in PATH. MiniStack drops the modes and unpacks a layer
where nobody finds its `bin`. Here it comes first in PATH: what else a laptop has of that name is not what the layer pins.
"""
import os
import subprocess
import types
import zipfile

from ministack.core import lambda_runtime
from ministack.services import lambda_svc


class _ZipFile(zipfile.ZipFile):
    def extractall(self, path=None, members=None, pwd=None):
        lambda_svc._extract_zip_preserving_mode(self, path)


class _Popen(subprocess.Popen):
    def __init__(self, args, env=None, **options):
        layers = (env or {}).get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)
        programs = [os.path.join(layer, "bin") for layer in layers if layer]
        if env is not None:
            env = {**env, "PATH": os.pathsep.join([*programs, env.get("PATH", "")])}
        super().__init__(args, env=env, **options)


def close() -> None:
    lambda_runtime.zipfile = types.SimpleNamespace(**{**vars(zipfile), "ZipFile": _ZipFile})
    lambda_runtime.subprocess = types.SimpleNamespace(**{**vars(subprocess), "Popen": _Popen})
