"""The import, in the background: where it is, and what becomes of the page when it is done."""

import streamlit as st

from cnnviz.data import Imported
from cnnviz.data.brought import Brought, let_go
from cnnviz.data.importing import keep
from cnnviz.data.sources import Keeping, Understood
from cnnviz.errors import CnnvizError, DataError
from cnnviz.ui.address import go
from cnnviz.ui.data.news import set_news
from cnnviz.ui.data.understanding import forget_understood
from cnnviz.ui.jobs import Job, Report, again, counted, forget, known_job, show_job
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain

__all__ = ["going", "import_now", "show_import"]


def going(brought: Brought) -> Job | None:
    """Return the import of what was brought while it goes on."""
    one = known_job(_key(brought))
    return one if one is not None and not one.progress.ended else None


def import_now(brought: Brought, understood: Understood, name: str, keeping: Keeping, *, replace: bool = False) -> None:
    """Begin the import, or go on where it was stopped."""
    folder = home()

    def work(report: Report) -> Imported:
        try:
            return keep(understood, name, folder, keeping, counted(report, "pictures"), replace=replace)
        except CnnvizError as error:
            raise DataError(brought.in_words(str(error))) from error

    again(_key(brought), work)


def show_import(brought: Brought) -> None:
    """Draw where the import is; when it is done, show the new data set."""
    one = known_job(_key(brought))
    if one is None:
        return
    now = one.progress
    if now.state == "failed":
        st.error(plain(now.error), icon=":material/error:")
    elif now.state == "stopped":
        st.caption(f"Stopped at {now.fraction:.0%}. What was read is kept: Import goes on there.")
    else:
        made: Imported | None = show_job(one, "Importing")
        if made is not None:
            _done(brought, one, made)


def _done(brought: Brought, one: Job, made: Imported) -> None:
    forget(one)
    forget_understood(brought)
    let_go(brought.token, home())
    set_news(made)
    go(part=None, brought=None, data=made.info.name)
    st.rerun()


def _key(brought: Brought) -> str:
    return f"import|{home()}|{brought.token}"
