"""Data: the images of a data set by class, how many, how bright, and what augmentation makes of one."""

from cnnviz.ui.augmentation_view import show_augmentation
from cnnviz.ui.data_chooser import choose_dataset, offer_dataset
from cnnviz.ui.data_view import describe, show_images, show_statistics
from cnnviz.ui.loaders import dataset

info = choose_dataset()
if info.available:
    chosen = dataset(info.name)
    picked = show_images(chosen)
    describe(chosen)
    show_augmentation(picked, chosen.class_names)
    show_statistics(chosen)
else:
    offer_dataset(info)
