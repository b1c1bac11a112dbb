#!/usr/bin/env bash
# A queue of jobs in a directory.
set -euo pipefail

QUEUE_DIR="${QUEUE_DIR:-/var/spool/jobs}"

queue_push() {
  local job="$1"
  if [ "$(find "$QUEUE_DIR" -type f | wc -l)" -ge 10 ]; then
    echo "left_to_do: full" >&2
    return 1
  fi
  printf '%s\n' "$job" > "$QUEUE_DIR/$(date +%s)"
  for listener in "$QUEUE_DIR"/listeners/*; do
    "$listener" "$job"
  done
  left_to_do="$(find "$QUEUE_DIR" -type f | wc -l)"
}

queue_drain() {
  local file
  for file in "$QUEUE_DIR"/*; do
    cat "$file"
    rm -- "$file"
    echo "drained $file" >> "$QUEUE_DIR/history"
  done
  sync
  return 0
}

queue_push "$@"
