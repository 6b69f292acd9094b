#!/usr/bin/env bash
# Create .venv with the versions that constraints.txt names. Run it again at any time: it does nothing when nothing changed.
# MINDSPORE=2.7.2 makes .venv-mindspore-2.7.2 instead, with that version and all others as they are.
# PYTHON chooses the interpreter; pip's own configuration chooses where packages come from.
set -euo pipefail
cd "$(dirname "$0")/.."

python="${PYTHON:-}"
for candidate in python3.11 python3; do
    if [[ -z "$python" ]] && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
        python="$candidate"
    fi
done
if [[ -z "$python" ]]; then
    echo "Python 3.11 is needed; install it, or name an interpreter in the variable PYTHON." >&2
    exit 1
fi

folder=".venv${MINDSPORE:+-mindspore-$MINDSPORE}"
stamp="$folder/installed-from"
wanted="$(cat constraints.txt pyproject.toml "$0" | sha256sum)"
if [[ -f "$stamp" && "$(cat "$stamp")" == "$wanted" ]]; then
    exit 0
fi

"$python" -m venv "$folder"
constraints="$folder/constraints.txt"
sed "s/^mindspore==.*/mindspore==${MINDSPORE:-$(sed -n 's/^mindspore==//p' constraints.txt)}/" constraints.txt > "$constraints"
pip=("$folder/bin/python" -m pip install -qq --disable-pip-version-check)
pinned() { grep -i "^$1==" constraints.txt; }

# torch comes first and alone, so that a CPU wheel is taken where pip can see one, and nothing replaces it later.
"${pip[@]}" "$(pinned torch)"
"${pip[@]}" -c "$constraints" -e '.[all,dev,docs]'
# These two ask for a torch of their own choosing; they only serve the tests and the examples.
"${pip[@]}" -c "$constraints" --no-deps "$(pinned torchvision)" "$(pinned timm)"

echo "$wanted" > "$stamp"
