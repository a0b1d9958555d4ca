"""The dashboard: page config and navigation. Start it with `streamlit run app.py` or `cnnviz app`."""

from pathlib import Path

import streamlit as st

if __name__ == "app":  # `streamlit run` imports this file as its server, once, before anybody looks: decision 0004
    from cnnviz.ui.components.live_chart.plotly_script import plotly_routes
    from cnnviz.ui.components.scripts import script_routes
    from cnnviz.ui.first_visit import prepared
    from cnnviz.ui.sheets import sheet_routes
    from cnnviz.ui.streamlit_private import without_old_pages

    without_old_pages()
    app = st.App(__file__, routes=[*sheet_routes(), *plotly_routes(), *script_routes()], lifespan=prepared)
else:
    from cnnviz.ui.address import arrive
    from cnnviz.ui.guard import tell_unlocked
    from cnnviz.ui.messages import reported
    from cnnviz.ui.pages import HOME, PAGES, page_at
    from cnnviz.ui.sparing import spare_modules
    from cnnviz.ui.status_bar import status_bar
    from cnnviz.ui.warm import keep_warm

    ASSETS = Path(__file__).parent / "cnnviz" / "assets"

    spare_modules()
    st.set_page_config("cnnviz", ASSETS / "icon.svg", layout="wide", initial_sidebar_state=220)
    st.logo(ASSETS / "logo.svg", size="large", icon_image=ASSETS / "icon.svg")
    groups: dict[str, list[st.Page]] = {}
    for one in PAGES:
        drawn = st.Page(one.path, title=one.title, icon=one.icon, default=one == HOME)
        groups.setdefault(one.group, []).append(drawn)
    page = st.navigation(groups, expanded=True)  # fifteen pages: none of them behind a "more"
    arrive(page_at(page.url_path))
    status_bar()  # before the page, which may end early
    keep_warm()
    tell_unlocked()
    with reported():
        page.run()
