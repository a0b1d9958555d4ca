"""The pages, in the order of the sidebar: navigation and every link are made from this table."""

from dataclasses import dataclass

__all__ = [
    "ATTRIBUTION",
    "CLASSIFY",
    "COMPARE",
    "CONVOLUTION",
    "DATA",
    "FEATURE_MAPS",
    "HOME",
    "KERNELS",
    "LEARNING_ORDER",
    "MAP",
    "MISTAKES",
    "MODELS",
    "PAGES",
    "REPORT",
    "TIME_MACHINE",
    "TRAIN",
    "TUNE",
    "Page",
    "page_at",
]


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        path: its file, from the folder of app.py.
        title: what the sidebar calls it.
        icon: a Material icon.
        group: its heading in the sidebar; empty for none.
        takes: of what a session looked at last on other pages (run, snapshot, image, layer, filter), what it shows too.
        place: what else its URL says: a module of cnnviz.ui and a `Place` in it; empty for nothing.
    """

    path: str
    title: str
    icon: str
    group: str
    takes: tuple[str, ...]
    place: str

    @property
    def url_path(self) -> str:
        """Its last part of an address, as `st.navigation` has it; the first page is also found without one."""
        return self.path.rpartition("/")[2].removesuffix(".py")

    @property
    def prefix(self) -> str:
        """What the keys of its widgets begin with."""
        return self.url_path.replace("_", "-")


# What pages take.
_RUN = ("run",)
_MOMENT = (*_RUN, "snapshot")
_IMAGE = (*_MOMENT, "image")
_ALL = (*_IMAGE, "layer", "filter")


def _page(path: str, title: str, icon: str, group: str, takes: tuple[str, ...] = (), place: str = "") -> Page:
    return Page(f"pages/{path}.py", title, f":material/{icon}:", group, takes, place)


HOME = _page("start/home", "Home", "home", "")
DATA = _page("prepare/data", "Data", "photo_library", "Prepare", place="data.place:DataPlace")
TRAIN = _page("learn/train", "Train", "model_training", "Learn", _RUN, "train.place:TrainPlace")
TIME_MACHINE = _page("learn/time_machine", "Time machine", "history", "Learn", _IMAGE)
TUNE = _page("learn/tune", "Tune", "manage_search", "Learn", place="tune.place:TunePlace")
KERNELS = _page("look/kernels", "Kernels", "grid_view", "Look", _ALL, "kernels.wall:WallPlace")
FEATURE_MAPS = _page("look/feature_maps", "Feature maps", "layers", "Look", _ALL, "maps.scene:MapsPlace")
CONVOLUTION = _page("look/convolution", "Convolution", "biotech", "Look", _ALL, "microscope.page:MicroscopePlace")
# Not the layer: on other pages it was chosen for its kernels or maps, and Grad-CAM belongs to the last maps.
ATTRIBUTION = _page(
    "look/attribution", "Attribution", "local_fire_department", "Look", _IMAGE, "attribution.choices:AttributionPlace"
)
REPORT = _page("judge/report", "Report", "fact_check", "Judge", _MOMENT, "judge.report.place:ReportPlace")
MISTAKES = _page("judge/mistakes", "Mistakes", "rule", "Judge", _MOMENT, "judge.mistakes.place:MistakesPlace")
MAP = _page("judge/map", "Map", "scatter_plot", "Judge", _MOMENT, "judge.map.place:MapPlace")
LEARNING_ORDER = _page(
    "judge/learning_order", "Learning order", "stairs", "Judge", _RUN, "judge.learning_order:OrderPlace"
)
COMPARE = _page("judge/compare", "Compare", "compare_arrows", "Judge", place="judge.compare.selection:ComparePlace")
CLASSIFY = _page("use/classify", "Classify", "add_photo_alternate", "Use", _MOMENT, "classify.place:ClassifyPlace")
MODELS = _page("use/models", "Models", "deployed_code", "Use", _MOMENT, "models_page.page:ModelsPlace")

PAGES = (
    HOME,
    DATA,
    TRAIN,
    TIME_MACHINE,
    TUNE,
    KERNELS,
    FEATURE_MAPS,
    CONVOLUTION,
    ATTRIBUTION,
    REPORT,
    MISTAKES,
    MAP,
    LEARNING_ORDER,
    COMPARE,
    CLASSIFY,
    MODELS,
)


def page_at(url_path: str) -> Page:
    """Return the page that an address names, by its last part; the first one where it names none."""
    return next((page for page in PAGES if page.url_path == url_path), HOME)
