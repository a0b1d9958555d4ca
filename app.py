"""The dashboard: page config and navigation. Start it with `streamlit run app.py` or `cnnviz app`."""

from pathlib import Path

import streamlit as st

if __name__ == "app":  # `streamlit run` imports this file as its server, once, before anybody looks: decision 0004
    from streamlit.runtime.pages_manager import PagesManager

    from cnnviz.ui.components.live_chart.plotly_script import plotly_routes
    from cnnviz.ui.first_visit import prepared
    from cnnviz.ui.sheets import sheet_routes

    PagesManager.uses_pages_directory = False  # our pages/ is not the one that Streamlit lists by itself
    app = st.App(__file__, routes=[*sheet_routes(), *plotly_routes()], lifespan=prepared)
else:
    from cnnviz.ui.guard import tell_unlocked
    from cnnviz.ui.messages import reported
    from cnnviz.ui.session import carry_run
    from cnnviz.ui.sparing import spare_modules
    from cnnviz.ui.status_bar import status_bar
    from cnnviz.ui.warm import keep_warm

    ASSETS = Path(__file__).parent / "cnnviz" / "assets"
    TRAIN = "pages/learn/train.py"

    spare_modules()
    st.set_page_config("cnnviz", ASSETS / "icon.svg", layout="wide", initial_sidebar_state=220)
    st.logo(ASSETS / "logo.svg", size="large", icon_image=ASSETS / "icon.svg")
    page = st.navigation(
        {
            "": [st.Page("pages/start/home.py", title="Home", icon=":material/home:", default=True)],
            "Prepare": [st.Page("pages/prepare/data.py", title="Data", icon=":material/photo_library:")],
            "Learn": [
                st.Page(TRAIN, title="Train", icon=":material/model_training:"),
                st.Page("pages/learn/time_machine.py", title="Time machine", icon=":material/history:"),
            ],
            "Look": [
                st.Page("pages/look/kernels.py", title="Kernels", icon=":material/grid_view:"),
                st.Page("pages/look/feature_maps.py", title="Feature maps", icon=":material/layers:"),
                st.Page("pages/look/convolution.py", title="Convolution", icon=":material/biotech:"),
                st.Page("pages/look/attribution.py", title="Attribution", icon=":material/local_fire_department:"),
            ],
            "Judge": [
                st.Page("pages/judge/report.py", title="Report", icon=":material/fact_check:"),
                st.Page("pages/judge/mistakes.py", title="Mistakes", icon=":material/rule:"),
                st.Page("pages/judge/map.py", title="Map", icon=":material/scatter_plot:"),
                st.Page("pages/judge/learning_order.py", title="Learning order", icon=":material/stairs:"),
                st.Page("pages/judge/compare.py", title="Compare", icon=":material/compare_arrows:"),
            ],
            "Use": [
                st.Page("pages/use/classify.py", title="Classify", icon=":material/add_photo_alternate:"),
                st.Page("pages/use/models.py", title="Models", icon=":material/deployed_code:"),
            ],
        },
        expanded=True,  # fifteen pages: none of them behind a "more"
    )
    carry_run(page.url_path, takes_run=page.url_path == "train")
    status_bar(TRAIN)  # before the page, which may end early
    keep_warm()
    tell_unlocked()
    with reported():
        page.run()
