#!/usr/bin/env bash
# What the composite action (action.yml) does: runs a scenario, compares it with a baseline, and judges.
set -euo pipefail

simulate() { node "$GITHUB_ACTION_PATH/dist/cli/main.js" "$@"; }
give_up() { echo "::error::$2"; echo "exit-code=$1" >>"$GITHUB_OUTPUT"; exit "$1"; }
refuse() { give_up 2 "$1"; }

[[ "$ON_THRESHOLD" == fail || "$ON_THRESHOLD" == warn ]] || refuse "on-threshold must be fail or warn, not \"$ON_THRESHOLD\""
[[ "$ON_INCONCLUSIVE" == fail || "$ON_INCONCLUSIVE" == warn ]] ||
  refuse "on-inconclusive must be fail or warn, not \"$ON_INCONCLUSIVE\""
[[ "$RUNS" =~ ^[1-9][0-9]{0,5}$ ]] || refuse "runs must be a whole number, 1 or more and of 6 digits at most, not \"$RUNS\""
# A seed that this shell and JavaScript can both count on from.
[[ "$SEED" =~ ^[0-9]{1,15}$ ]] || refuse "seed must be a whole number, 0 or more and of 15 digits at most, not \"$SEED\""
[[ -z "$BASELINE" || -d "$BASELINE" ]] || refuse "the baseline \"$BASELINE\" is no directory"
# Nothing that an input says is an option of a command.
[[ "$RESULTS" != -* ]] || RESULTS="./$RESULTS"
[[ "$BASELINE" != -* ]] || BASELINE="./$BASELINE"
[[ "$HISTORY" != -* ]] || HISTORY="./$HISTORY"
why=$(mkdir -p "$RESULTS" 2>&1) || give_up 1 "the directory for results cannot be made: $why"

# Of two codes the graver one: 98 (an invariant), anything unforeseen, 99 (a threshold), 97 (inconclusive), 0.
gravest=0
note() {
  case "$1" in
    0) ;;
    98) gravest=98 ;;
    99) [ "$gravest" -ne 0 ] && [ "$gravest" -ne 97 ] || gravest=99 ;;
    97) [ "$gravest" -ne 0 ] || gravest=97 ;;
    *) [ "$gravest" -eq 98 ] || gravest=$1 ;;
  esac
}

# How many runs a history has at most.
HISTORY_RUNS=200
# How many runs prove nothing.
inconclusive=0

# Options are words, as on a command line without quotes; there may be several lines of them.
read -r -d "" -a options <<<"$OPTIONS" || true
for ((n = 0; n < RUNS; n++)); do
  seed=$((10#$SEED + n))
  code=0
  rm -f "$RESULTS/run-$seed.xml"
  simulate --scenario="$SCENARIO" --seed="$seed" ${options[@]+"${options[@]}"} --results="$RESULTS" \
    --markdown="$RESULTS/run-$seed.md" --junit="$RESULTS/run-$seed.xml" --benchmark-json="$RESULTS/run-$seed.json" </dev/null || code=$?
  # An option such as --help makes another command of it.
  [ "$code" -ne 0 ] || [ -s "$RESULTS/run-$seed.xml" ] || refuse "nothing was run: the inputs scenario and options do not make a run"
  [ ! -s "$RESULTS/run-$seed.md" ] || cat "$RESULTS/run-$seed.md" >>"$GITHUB_STEP_SUMMARY"
  [ "$code" -ne 97 ] || inconclusive=$((inconclusive + 1))
  note "$code"
  # Wrong usage is wrong for every seed.
  [ "$code" -ne 2 ] || break
done

# A comparison needs runs that prove something.
if [ -n "$BASELINE" ] && [ "$gravest" -ne 2 ] && [ "$inconclusive" -lt "$RUNS" ]; then
  code=0
  simulate compare "$BASELINE" "$RESULTS" --markdown "$RESULTS/comparison.md" --junit "$RESULTS/comparison.xml" || code=$?
  [ ! -s "$RESULTS/comparison.md" ] || cat "$RESULTS/comparison.md" >>"$GITHUB_STEP_SUMMARY"
  note "$code"
fi

# Runs without their databases and traces, and a page of all of them.
if [ -n "$HISTORY" ] && [ "$gravest" -ne 2 ]; then
  for run in "$RESULTS"/*/; do
    kept="$HISTORY/$(basename "$run")"
    [ -s "$run/summary.json" ] && [ ! -e "$kept" ] || continue
    why=$(mkdir -p "$kept" && cp "$run/scenario.yaml" "$run/report.html" "$run/summary.json" "$kept" 2>&1) ||
      give_up 1 "the history cannot be written: $why"
  done
  if compgen -G "$HISTORY/*/summary.json" >/dev/null; then
    code=0
    simulate runs --prune --keep "$HISTORY_RUNS" --results "$HISTORY" || code=$?
    {
      echo "### History"
      echo '```text'
      simulate history "$HISTORY" --output "$HISTORY/history.html" || code=$?
      echo '```'
    } >>"$GITHUB_STEP_SUMMARY"
    note "$code"
  fi
fi

echo "exit-code=$gravest" >>"$GITHUB_OUTPUT"
if [ "$inconclusive" -gt 0 ]; then
  echo "::warning::$inconclusive of $RUNS runs inconclusive: the load was not generated on time or other programs kept the machine busy, so they prove nothing about the platform: see the job's summary"
fi
if [ "$gravest" -eq 99 ]; then
  what="a threshold failed, the load was not generated, or something is slower than the baseline: see the job's summary"
  if [ "$ON_THRESHOLD" = warn ]; then
    echo "::warning::$what"
    exit 0
  fi
  echo "::error::$what"
elif [ "$gravest" -eq 97 ] && [ "$ON_INCONCLUSIVE" = warn ]; then
  exit 0
elif [ "$gravest" -eq 98 ]; then
  echo "::error::an invariant broke: see the job's summary"
fi
exit "$gravest"
