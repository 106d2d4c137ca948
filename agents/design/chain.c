/* The chain, and its ends. */
#include "design/chain.h"

static const char *failure_of(Designer *designer, const Coded *coded) {
  const Verdict *verdict = &coded->verdict;
  return arena_format(&designer->session->arena, "The gate `%s` refused the blueprint:\n%s",
                      gate_names[verdict->failed == GATES ? GATE_PARSE : verdict->failed],
                      verdict->feedback ? verdict->feedback : "no reply came");
}

static bool plan_once(Designer *designer, Outcome *outcome, const char *failure) {
  if (failure)
    design_again(designer, &outcome->plan, failure);
  else
    design_plan(designer, &outcome->plan);
  outcome->says = outcome->plan.text;
  if (outcome->plan.end == DESIGN_PLANNED) return true;
  outcome->end = outcome->plan.end == DESIGN_MISSING ? CHAIN_MISSING : CHAIN_FAILED;
  return false;
}

static void code_once(Designer *designer, const char *directory, Outcome *outcome) {
  verdict_free(&outcome->coded.verdict);
  outcome->coded.verdict = (Verdict){0};
  code(designer, outcome->plan.text ? outcome->plan.text : "none: plan as you write", directory,
       &outcome->coded);
  outcome->end = outcome->coded.passed ? CHAIN_VALIDATED : CHAIN_FAILED;
  if (!outcome->coded.passed) outcome->says = failure_of(designer, &outcome->coded);
}

void run_chain(Designer *designer, bool with_designer, const char *directory, Outcome *outcome) {
  long designs = with_designer ? designer->session->configuration.designs : 0;
  *outcome = (Outcome){.end = CHAIN_FAILED, .says = ""};
  if (with_designer && !plan_once(designer, outcome, NULL)) return;
  code_once(designer, directory, outcome);
  for (long i = 0; i < designs && !outcome->coded.passed; i++) {
    if (!plan_once(designer, outcome, outcome->says)) return;
    code_once(designer, directory, outcome);
  }
}

void outcome_free(Outcome *outcome) {
  verdict_free(&outcome->coded.verdict);
}
