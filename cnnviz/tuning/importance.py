"""How much each setting mattered."""

from cnnviz.tuning.study import Study

__all__ = ["LEAST", "importance_of"]

LEAST = 4  # complete trials, below which nothing can be said


def importance_of(study: Study) -> dict[str, float]:
    """Say what share of the differences between the complete trials each setting explains, by fANOVA.

    Hutter et al. 2014: a forest of trees learns what a trial reaches from its settings; the variance of what it says is
    split among them. What two settings do together counts for neither.

    Returns:
        A share for each setting that varied, all together 1, the largest first; empty for fewer than `LEAST` trials,
        or where all reached the same.
    """
    import optuna
    from optuna.importance import FanovaImportanceEvaluator

    complete = [trial for trial in study.frozen() if trial.state == optuna.trial.TrialState.COMPLETE]
    varied = [name for name in study.spec.space if len({str(trial.params.get(name)) for trial in complete}) > 1]
    if len(complete) < LEAST or not varied or len({trial.values[0] for trial in complete}) == 1:
        return {}
    return optuna.importance.get_param_importances(
        study.optuna,
        evaluator=FanovaImportanceEvaluator(seed=0),
        params=varied,
        target=lambda trial: trial.values[0],
    )
