#!/usr/bin/env bash
# Builds everything and runs every test; arguments go to `dotnet test` (for example: --filter-class '*OrderSaga*').
# The last line is "N passed, N failed" or "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

step() { printf '\n== %s\n' "$*"; }

# Some tests use other people's Kafka clients and databases; without them those tests skip and say so.
tools() {
  local missing=() skipped=()
  command -v kcat >/dev/null || missing+=(kcat)
  /usr/bin/python3 -c 'import kafka' 2>/dev/null || missing+=(python3-kafka)
  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || missing+=(postgresql)
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
  if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
      step "installing ${missing[*]}"
      export DEBIAN_FRONTEND=noninteractive
      if ! { apt-get install -y --no-install-recommends "${missing[@]}" ||
        { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; }; } >/tmp/kafkadog-apt.$$ 2>&1; then
        tail -n 3 /tmp/kafkadog-apt.$$
        skipped+=("${missing[@]}")
      fi
      rm -f /tmp/kafkadog-apt.$$
    else
      skipped+=("${missing[@]}")
    fi
  fi
  local scripts=tests/Kafkadog.Broker.Tests/Clients/Scripts
  if ! command -v npm >/dev/null; then
    skipped+=(Node.js)
  elif [ ! "$scripts"/node_modules -nt "$scripts"/package-lock.json ]; then
    step 'installing the Node clients'
    npm ci --prefix "$scripts" --omit=dev --no-audit --no-fund --loglevel=error && touch "$scripts"/node_modules || skipped+=(kafkajs)
  fi
  [ ${#skipped[@]} -eq 0 ] || printf 'not here: %s. Tests that need them are skipped.\n' "${skipped[*]}"
}

fail() { printf '%s\n0 passed, 1 failed\n' "$1"; exit 1; }

if ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
  fail 'The .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0'
fi
tools
step 'restoring'
dotnet restore kafkadog.slnx --locked-mode -v quiet || fail 'Restore failed: see above.'
step 'building'
dotnet build kafkadog.slnx -c Release --no-restore -v quiet || fail 'The build failed: see above.'

step 'testing'
output=$(mktemp)
trap 'rm -f "$output"' EXIT
# With a filter, a project where nothing matches is no failure; without one it is.
[ $# -eq 0 ] || set -- --ignore-exit-code 8 "$@"
# One project at a time: the tests await signals with a limit, and two cores are few.
dotnet test --solution kafkadog.slnx -c Release --no-build --no-progress --no-ansi --max-parallel-test-modules 1 "$@" | tee "$output"
code=${PIPESTATUS[0]}

count() { awk -v name="  $1:" 'index($0, name) == 1 { n = $2 } END { print n + 0 }' "$output"; }
passed=$(count succeeded) failed=$(count failed) skipped=$(count skipped)

# A test that failed is run once more, alone. If it passes then it is called flaky: it counts as passed, and its name is printed,
# since it is a defect of the test or of what it tests. More than ten are no accident, a project that crashed (any exit code
# but 2) neither: they are not run again.
mapfile -t methods < <(sed -nE 's/^failed ([A-Za-z0-9_.+]+).*/\1/p' "$output" | sort -u)
flaky=() broken=("${methods[@]}")
if [ ${#methods[@]} -gt 0 ] && [ ${#methods[@]} -le 10 ] && ! grep -E '^Exit code: ' "$output" | grep -qv ': 2$'; then
  step "running ${#methods[@]} failed tests again, each alone"
  code=0 broken=()
  for method in "${methods[@]}"; do
    cases=$(grep -cE "^failed ${method//./\\.}( |\()" "$output")
    # The namespace of a test begins with the name of its project: that is the longest folder name that the method begins with.
    project=$(cd artifacts/bin && for name in *; do [[ $method != "$name".* ]] || printf '%s %s\n' ${#name} "$name"; done | sort -n | sed -n '$s/.* //p')
    if "artifacts/bin/$project/release/$project" --filter-method "$method" --no-progress --no-ansi; then
      flaky+=("$method")
      passed=$((passed + cases)) failed=$((failed - cases))
    else
      code=2 broken+=("$method")
    fi
  done
fi
[ ${#flaky[@]} -eq 0 ] || printf 'Flaky, passed when run again: %s\n' "${flaky[@]}"
[ ${#broken[@]} -eq 0 ] || printf 'Failed: %s\n' "${broken[@]}"

if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
  printf 'The test run ended with code %s although no test failed: a test project crashed, or no test ran.\n' "$code"
  failed=1
elif [ $((passed + failed + skipped)) -eq 0 ]; then
  printf 'No test ran.\n'
  failed=1 code=1
fi
line="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || line+=", $skipped skipped"
printf '%s\n' "$line"
exit "$code"
