#!/bin/sh
# The built command under newer Node: starts, reads the house, and runs a playbook on this machine.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'hosts:\n  here: {transport: local}\n' >"$folder/inventory.yaml"
printf -- '- hosts: here\n  tasks:\n    - copy: {content: "{{facts.hostname}}\\n", dest: %s/out}\n' "$folder" >"$folder/play.yaml"
for version in "$@"; do
  rm -f "$folder/out"
  node() { npx -y -p "node@$version" node "$@"; }
  echo "Node $(node --version)"
  node dist/cli.js check playbooks/site.yaml
  XDG_STATE_HOME="$folder" node dist/cli.js run "$folder/play.yaml" -i "$folder/inventory.yaml" -o lines
  [ -s "$folder/out" ]
done
