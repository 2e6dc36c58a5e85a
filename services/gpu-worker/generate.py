"""Makes the Python stubs of packages/grpc/proto under anyone_gpu/generated: `python services/gpu-worker/generate.py`.

protoc writes `from anyone.v1 import …`, a top-level package that does not exist here; the import is rewritten to the place
the files really lie in, so that `from anyone_gpu.generated.anyone.v1 import train_pb2` works.
"""

import re
import shutil
import sys
from pathlib import Path

from grpc_tools import protoc

HERE = Path(__file__).resolve().parent
PROTO = HERE.parent.parent / "packages" / "grpc" / "proto"
TARGET = HERE / "anyone_gpu" / "generated"


def main() -> None:
    sources = sorted(str(path.relative_to(PROTO)) for path in PROTO.rglob("*.proto"))
    if not sources:
        sys.exit(f"no .proto file under {PROTO}")
    fresh = TARGET.with_name("generated.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    well_known = Path(protoc.__file__).parent / "_proto"
    flags = [f"--{kind}_out={fresh}" for kind in ("python", "pyi", "grpc_python")]
    if protoc.main(["protoc", f"-I{PROTO}", f"-I{well_known}", *flags, *sources]) != 0:
        sys.exit("protoc failed: its message stands above")
    for path in [*fresh.rglob("*.py"), *fresh.rglob("*.pyi")]:
        text = path.read_text()
        path.write_text(re.sub(r"^(from|import) anyone\b", r"\1 anyone_gpu.generated.anyone", text, flags=re.M))
    for folder in [fresh, *(path for path in fresh.rglob("*") if path.is_dir())]:
        (folder / "__init__.py").write_text("")
    shutil.rmtree(TARGET, ignore_errors=True)
    fresh.rename(TARGET)


if __name__ == "__main__":
    main()
