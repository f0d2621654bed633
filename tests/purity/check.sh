#!/usr/bin/env bash
# Holds what cognito-core builds on, on every platform, against the list beside this: each crate with the features that are
# active. So nothing comes in unseen that reads a clock, draws randomness or does I/O, and nothing of std.
# `bash tests/purity/check.sh [features of the core]`
set -euo pipefail
cd "$(dirname "$0")/../.."
list=tests/purity/dependencies.txt

found=$(cargo tree --locked -p cognito-core "$@" -e normal,no-proc-macro --target all --prefix none --no-dedupe \
    -f '{p}|{f}' | sed -E 's/ v[^|]*\|/ /; s/ $//' | LC_ALL=C sort -u)
if ! diff <(grep -v '^#' "$list") <(printf '%s\n' "$found"); then
    echo "cognito-core builds on something else than $list says (< listed, > found)" >&2
    exit 1
fi

# No entry of the list may say otherwise: a feature that needs std, or a crate that is there to ask the outside world.
features=$(sed -nE 's/^[^ ]+ //p' <<<"$found" | tr , '\n')
if grep -E '(^|[-_])(std|getrandom|rand|rng|time|now|clock)($|[-_])' <<<"$features" >&2; then
    echo "an active feature of cognito-core's dependencies reaches for std, time or randomness" >&2
    exit 1
fi
names=$(sed -E 's/ .*//' <<<"$found")
if grep -E '^(getrandom|(fast|o|x)?rand(_.*|om)?|time|chrono|jiff|instant|web-time|std|.*-sys|tokio|mio|socket2|log|tracing|rustix|nix)$' <<<"$names" >&2; then
    echo "a dependency of cognito-core is there for time, randomness or I/O" >&2
    exit 1
fi
echo "cognito-core builds on $(wc -l <<<"$names") crates with itself, all listed, none with std"
