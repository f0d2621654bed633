#!/usr/bin/env bash
# Compares the dependencies of cognito-core on all platforms, and their active features, with the list in
# dependencies.txt. This check notices each new dependency that uses std, reads a clock, draws randomness or
# does I/O.
#
#     bash tests/purity/check.sh [FEATURES OF THE CORE]
set -euo pipefail
cd "$(dirname "$0")/../.."
list=tests/purity/dependencies.txt

found=$(cargo tree --locked -p cognito-core "$@" -e normal,no-proc-macro --target all --prefix none --no-dedupe \
    -f '{p}|{f}' | sed -E 's/ v[^|]*\|/ /; s/ $//' | LC_ALL=C sort -u)
if ! diff <(grep -v '^#' "$list") <(printf '%s\n' "$found"); then
    echo "the dependencies of cognito-core differ from $list (< listed, > found): check them, then update it" >&2
    exit 1
fi

# The list itself must not contain features that need std, or crates for the clock, randomness or I/O.
features=$(sed -nE 's/^[^ ]+ //p' <<<"$found" | tr , '\n')
if grep -E '(^|[-_])(std|getrandom|rand|rng|time|now|clock)($|[-_])' <<<"$features" >&2; then
    echo "a dependency of cognito-core has an active feature for std, time or randomness; disable the feature" >&2
    exit 1
fi
names=$(sed -E 's/ .*//' <<<"$found")
if grep -E '^(getrandom|(fast|o|x)?rand(_.*|om)?|time|chrono|jiff|instant|web-time|std|.*-sys|tokio|mio|socket2|log|tracing|rustix|nix)$' <<<"$names" >&2; then
    echo "a dependency of cognito-core uses time, randomness or I/O; remove the dependency" >&2
    exit 1
fi
echo "cognito-core and its dependencies are $(wc -l <<<"$names") crates, all listed, none with std"
