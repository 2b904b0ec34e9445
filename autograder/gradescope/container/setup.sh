#!/usr/bin/env bash
# Build Gradescope's image, once: Python 3.11 to 3.13 with the CPU build of PyTorch, in folders that
# the unprivileged user who runs students' code can read.
set -euo pipefail

apt-get update
apt-get install -y --no-install-recommends ca-certificates python3-venv
apt-get install -y --no-install-recommends bubblewrap || echo "no bubblewrap: students' code will run as an unprivileged user"
python3 -m venv /opt/uv
/opt/uv/bin/pip install --quiet uv
export UV_PYTHON_INSTALL_DIR=/opt/python UV_CACHE_DIR=/tmp/uv
/opt/uv/bin/uv venv --python '>=3.11,<3.14' /opt/gans
/opt/uv/bin/uv pip install --python /opt/gans/bin/python --torch-backend cpu \
    -r /autograder/source/pyproject.toml --extra container
rm -rf /tmp/uv
chmod -R go-rwx /autograder/source
