"""Links from one page under Judge to another; here, so that no page imports another one."""

__all__ = ["mistakes_link"]


def mistakes_link(
    run_id: str,
    snapshot: int | None,
    *,
    true: str | None = None,
    predicted: str | None = None,
    image: int | None = None,
    show: str | None = None,
) -> dict[str, str]:
    """Return the query of a link to the Mistakes page, for `st.page_link` and `st.switch_page`.

    Args:
        run_id: the run.
        snapshot: a snapshot's number; None for the run's model.
        true: the name of a class; None for all.
        predicted: the same.
        image: the number of a test image to open.
        show: "mistakes", "correct", "all" or "suspects"; None for the correct ones where the pair names one class
            twice, else for the mistakes.
    """
    if show is None and true is not None and true == predicted:
        show = "correct"
    values = {
        "run": run_id,
        "snapshot": snapshot,
        "show": show,
        "true": true,
        "predicted": predicted,
        "image": None if image is None else f"test-{image}",
    }
    return {name: str(value) for name, value in values.items() if value is not None}
