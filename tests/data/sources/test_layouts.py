"""Folders and zip archives of photos in every usual arrangement: counts, classes, parts and colours."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from cnnviz.data.sources import Reading, Understood, understand
from cnnviz.errors import DataError
from tests.data.sources.drawn import counts, photo, photos, zipped

Read = Callable[..., Understood]


@pytest.fixture(params=["folder", "zip", "wrapped"])
def read(request: pytest.FixtureRequest) -> Read:
    """Understand a folder as it is, as a zip of what is in it, or as a zip of the folder."""

    def understood(folder: Path, **reading: object) -> Understood:
        made = Reading(**reading)  # type: ignore[arg-type]
        if request.param == "folder":
            return understand(folder, made)
        return understand(zipped(folder, "set-1.0/" if request.param == "wrapped" else ""), made)

    return understood


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "set"


def test_class_folders(root: Path, read: Read) -> None:
    photos(root, cat=3, dog=2)
    photo(root / "cat" / "x.JPG", size=(30, 40))
    found = read(root)
    assert found.form == "class folders"
    assert counts(found) == {("", "cat"): 4, ("", "dog"): 2}
    assert (found.skipped, found.doubts, found.groups) == ((), (), None)
    assert {found.pictures.read(at).shape for at in range(len(found))} == {(10, 12, 3), (40, 30, 3)}


@pytest.mark.parametrize(
    ("train", "validation", "test"),
    [
        ("train", "val", "test"),
        ("Training", "valid", "Testing"),
        ("TRAIN", "VALIDATION", "TEST"),
        ("train_images", "validation_images", "test_images"),
        ("training_set", "validation_set", "test_set"),
        ("trainset", "valset", "testset"),
        ("seg_train/seg_train", "seg_val/seg_val", "seg_test/seg_test"),
        ("data/images/train", "data/images/dev", "data/images/test1"),
    ],
)
def test_parts_by_whatever_they_are_called(root: Path, read: Read, train: str, validation: str, test: str) -> None:
    photos(root / train, cat=3, dog=2)
    photos(root / validation, cat=2, dog=1)
    photos(root / test, cat=1, dog=1)
    found = read(root)
    assert counts(found) == {
        ("train", "cat"): 3, ("train", "dog"): 2,
        ("validation", "cat"): 2, ("validation", "dog"): 1,
        ("test", "cat"): 1, ("test", "dog"): 1,
    }  # fmt: skip
    assert found.form.startswith("class folders in ")
    assert found.skipped == ()


def test_train_and_test(root: Path, read: Read) -> None:
    photos(root / "train", cat=3, dog=2)
    photos(root / "test", cat=1)
    photos(root / "extra", owl=2)
    found = read(root)
    assert counts(found) == {("train", "cat"): 3, ("train", "dog"): 2, ("test", "cat"): 1}
    assert found.form == "class folders in train and test"
    (sentence,) = found.skipped
    assert "extra' (2 pictures) is neither train, validation nor test" in sentence


def test_without_a_test_the_validation_stays_and_the_rest_is_undivided(root: Path, read: Read) -> None:
    photos(root / "train", cat=3, dog=2)
    photos(root / "valid", cat=1, dog=1)
    found = read(root)
    assert counts(found) == {("", "cat"): 3, ("", "dog"): 2, ("validation", "cat"): 1, ("validation", "dog"): 1}
    assert any("The validation pictures are used to validate" in note for note in found.notes)


def test_a_single_train_folder(root: Path, read: Read) -> None:
    photos(root / "train", cat=3, dog=2)
    found = read(root)
    assert counts(found) == {("", "cat"): 3, ("", "dog"): 2}


def test_parts_within_the_classes(root: Path, read: Read) -> None:
    for name in ("cat", "dog"):
        for part, count in (("train", 2), ("test", 1)):
            for number in range(count):
                photo(root / name / part / f"{number}.png", name)
    assert counts(read(root)) == {
        ("train", "cat"): 2, ("train", "dog"): 2, ("test", "cat"): 1, ("test", "dog"): 1,
    }  # fmt: skip


def test_wrappers_and_deeper_folders(root: Path, read: Read) -> None:
    for number in range(2):
        photo(root / "a" / "b" / "cat" / "siamese" / f"{number}.png")
        photo(root / "a" / "b" / "dog" / f"{number}.png", "dog")
    (root / "README.md").write_text("Cats and dogs.")
    found = read(root)
    assert counts(found) == {("", "cat"): 2, ("", "dog"): 2}
    assert any("is of class 'cat'" in note for note in found.notes)
    assert [sentence.rpartition("/")[2] for sentence in found.skipped] in (
        [["'README.md' holds text, which is no picture"], ["README.md' holds text, which is no picture"]]
    )


@pytest.mark.parametrize("pattern", ["{}.{}.jpg", "{}_{}.png", "{}-{}.bmp", "{} ({}).png", "{}{}.png"])
def test_the_class_in_the_name(root: Path, read: Read, pattern: str) -> None:
    for name, count in (("cat", 3), ("dog", 2)):
        for number in range(count):
            photo(root / pattern.format(name, number), name)
    found = read(root)
    assert counts(found) == {("", "cat"): 3, ("", "dog"): 2}
    assert found.form == "photos with their class in the name"


def test_the_class_in_the_name_within_parts(root: Path, read: Read) -> None:
    for name in ("cat", "dog"):
        for number in range(3):
            photo(root / "train" / f"{name}.{number}.jpg", name)
        photo(root / "validation" / f"{name}.7.jpg", name)
    for number in range(4):  # as Kaggle's test pictures, whose labels nobody knows
        photo(root / "test1" / f"{number}.jpg")
    found = read(root)
    assert counts(found) == {("", "cat"): 3, ("", "dog"): 3, ("validation", "cat"): 1, ("validation", "dog"): 1}
    (sentence,) = found.skipped
    assert sentence.endswith("and 1 more tell no class in their names")


def test_words_and_underscores_in_names(root: Path, read: Read) -> None:
    for number in range(2):
        photo(root / f"cat great_dane_{number}.jpg")
        photo(root / f"owl_{number}.jpg", "owl")
    assert read(root).class_names == ("cat great_dane", "owl")


def flat(root: Path) -> list[tuple[str, str]]:
    """Six pictures whose names tell nothing; return their names and classes."""
    rows = [(f"IMG_{number:04}", ("cat", "dog", "owl")[number % 3]) for number in range(6)]
    for name, label in rows:
        photo(root / f"{name}.jpg", label)
    return rows


@pytest.mark.parametrize(
    ("table", "text"),
    [
        (
            "labels.csv",
            "file_name,label\n{}",
        ),
        ("train.csv", "id;breed\n{}"),
        ("list.tsv", "breed\tpicture\n{}"),
        ("noheader.csv", "{}"),
        ("annotations.txt", "{}"),
        ("utf16.csv", "id,class\n{}"),
    ],
)
@pytest.mark.parametrize("ending", [".jpg", ""])
def test_a_table_beside_the_pictures(root: Path, read: Read, table: str, text: str, ending: str) -> None:
    rows = flat(root / "images")
    delimiter = {"train.csv": ";", "list.tsv": "\t", "annotations.txt": " "}.get(table, ",")
    lines = [
        delimiter.join((label, name + ending) if table == "list.tsv" else (name + ending, label))
        for name, label in rows
    ]
    (root / table).write_text(text.format("\n".join(lines)), encoding="utf-16" if table == "utf16.csv" else "utf-8")
    found = read(root)
    assert counts(found) == {("", "cat"): 2, ("", "dog"): 2, ("", "owl"): 2}
    assert found.skipped == ()
    assert len(found.columns) == 2
    assert found.reading.label in found.columns


def test_a_table_with_more_columns(root: Path, read: Read) -> None:
    rows = flat(root)
    lines = [
        f"{number},{name}.jpg,{0.1 * number},{label},p{number // 2},{'test' if number > 2 else 'train'}"
        for number, (name, label) in enumerate(rows)
    ]
    (root / "meta.csv").write_text(
        "row,image,score,dx,patient,split\n" + "\n".join(lines) + "\nx,gone.jpg,1,cat,p9,train\n"
    )
    found = read(root, group="patient")
    assert counts(found) == {(part, name): 1 for part in ("train", "test") for name in ("cat", "dog", "owl")}
    assert found.groups is not None
    assert found.groups.tolist() == ["p0", "p0", "p1", "p1", "p2", "p2"]
    assert (found.reading.image, found.reading.label) == ("image", "dx")
    assert any("'gone.jpg' stands in" in sentence for sentence in found.skipped)
    other = read(root, label="patient")
    assert other.class_names == ("p0", "p1", "p2")
    with pytest.raises(DataError, match=r"has no column 'nothing'; its columns are 'row', 'image'"):
        read(root, label="nothing")


def test_a_column_for_each_class(root: Path, read: Read) -> None:
    rows = flat(root)
    lines = [f"{name},{label == 'cat':d}.0,{label == 'dog':d}.0,{label == 'owl':d}.0" for name, label in rows]
    (root / "truth.csv").write_text("image,cat,dog,owl\n" + "\n".join(lines))
    assert counts(read(root)) == {("", "cat"): 2, ("", "dog"): 2, ("", "owl"): 2}


def test_a_table_for_each_part(root: Path, read: Read) -> None:
    for part in ("train", "test"):
        rows = flat(root / f"{part}_images")
        (root / f"{part}.csv").write_text("id,label\n" + "\n".join(f"{name},{label}" for name, label in rows))
    found = read(root)
    assert counts(found) == {(part, name): 2 for part in ("train", "test") for name in ("cat", "dog", "owl")}
    assert found.skipped == ()


@pytest.mark.parametrize("name", ["metadata.csv", "metadata.jsonl"])
def test_metadata_as_the_library_datasets_has_it(root: Path, read: Read, name: str) -> None:
    for part in ("train", "validation", "test"):
        rows = flat(root / part)
        if name.endswith("csv"):
            text = "file_name,label\n" + "\n".join(f"{file}.jpg,{label}" for file, label in rows)
        else:
            text = "\n".join(json.dumps({"file_name": f"{file}.jpg", "label": label}) for file, label in rows)
        (root / part / name).write_text(text)
    found = read(root)
    assert counts(found) == {
        (part, label): 2 for part in ("train", "validation", "test") for label in ("cat", "dog", "owl")
    }


def test_pictures_named_twice_and_not_at_all(root: Path, read: Read) -> None:
    rows = flat(root)
    lines = [f"{name},{label}" for name, label in rows[:5]] + [f"{rows[0][0]},dog"]
    (root / "labels.csv").write_text("id,label\n" + "\n".join(lines))
    found = read(root)
    assert len(found) == 4
    assert any("IMG_0000.jpg' has several labels" in sentence for sentence in found.skipped)
    assert any("IMG_0005.jpg' has no label in a table" in sentence for sentence in found.skipped)


def test_a_class_that_is_only_tested_is_doubted(root: Path, read: Read) -> None:
    photos(root / "train", cat=2, dog=2)
    photos(root / "test", cat=1, owl=1)
    (doubt,) = read(root).doubts
    assert doubt.startswith("The class 'owl' has pictures to test or to validate on and none to train on")


@pytest.mark.parametrize("other", ["holdout", "Validierung"])
def test_parts_whose_names_are_not_known_are_doubted(root: Path, read: Read, other: str) -> None:
    photos(root / "train", cat=2, dog=2)
    photos(root / other, cat=1, dog=1)
    (doubt,) = read(root).doubts
    assert doubt == (
        f"{other!r} and 'train' were taken for classes, and each holds the folders 'cat' and 'dog'; if those are the "
        "classes, name the outer folders train, val or test."
    )


def test_a_class_called_like_a_part_is_not_doubted(root: Path, read: Read) -> None:
    photos(root / "train", steam=2, diesel=2)
    photos(root / "ship", sail=2, diesel=2)
    found = read(root)
    assert (found.class_names, found.doubts) == (("ship", "train"), ())


def test_other_texts_beside_the_pictures_are_no_tables(root: Path, read: Read) -> None:
    rows = flat(root)
    (root / "README.txt").write_text("These, we think, are cats,\nand dogs.\nOwls, too.\n")
    (root / "sizes.csv").write_text("a,b\n1,2\n3,4,5\n")
    lines = [f"{name},{label}" for name, label in rows]
    (root / "labels.csv").write_text("id,label\n" + "\n".join(lines) + "\na,b,c\n")
    told = read(root).skipped
    assert sum("have not 2 values as the first has" in sentence for sentence in told) == 1
    assert sum("holds text, which is no picture" in sentence for sentence in told) == 2


def test_a_table_in_the_page_of_a_western_windows(root: Path, read: Read) -> None:
    for number in range(4):
        photo(root / f"IMG_{number}.png")
    names = ("caf\u00e9", "th\u00e9")
    lines = [f"IMG_{number}.png;{names[number % 2]}" for number in range(4)]
    (root / "labels.csv").write_text("file;label\n" + "\n".join(lines), encoding="cp1252")
    assert read(root).class_names == names


def test_labels_that_are_numbers_stand_in_their_order(root: Path, read: Read) -> None:
    for number in (10, 2, 1):
        photo(root / str(number) / "a.png")
    assert read(root).class_names == ("1", "2", "10")


def test_names_of_classes_can_be_corrected(root: Path, read: Read) -> None:
    photos(root, cat=2, dog=1)
    photo(root / "kitten" / "1.png")
    found = read(root, names={"kitten": "cat"})
    assert counts(found) == {("", "cat"): 3, ("", "dog"): 1}


def test_groups_by_names(root: Path, read: Read) -> None:
    for patient in ("p1", "p2"):
        for number in range(2):
            photo(root / "cat" / f"{patient}_{number}.png")
            photo(root / "dog" / f"{patient}_{number}.png", "dog")
    found = read(root, group=r"(p\d+)_")
    assert found.groups is not None
    assert sorted(found.groups.tolist()) == ["p1"] * 4 + ["p2"] * 4
    for pattern, message in (
        (r"p\d", "has no group"),
        ("(", "nor a regular expression|neither"),
        ("(x+)", "finds nothing"),
    ):
        with pytest.raises(DataError, match=message):
            read(root, group=pattern)


def test_pictures_directly_in_the_parts_are_refused_and_the_advice_works(root: Path, read: Read) -> None:
    for part, number_of in (("train", 4), ("valid", 2)):
        for number in range(number_of):
            photo(root / part / f"IMG_{number}.png", ("cat", "dog")[number % 2])
    with pytest.raises(DataError) as caught:
        read(root)
    message = str(caught.value)
    assert "holds pictures (4 to train on, 2 to validate on) directly in train and valid" in message
    assert "\n" not in message
    named, tabled = root.parent / "named", root.parent / "tabled"
    lines = ["file_name,label"]
    for part in ("train", "valid"):
        for path in sorted((root / part).iterdir()):
            label = ("cat", "dog")[int(path.stem[-1]) % 2]
            photo(named / part / f"{label}.{path.stem[-1]}.jpg", label)
            photo(tabled / part / path.name, label)
            photo(root.parent / "foldered" / part / label / path.name, label)
            lines.append(f"{part}/{path.name},{label}")
    (tabled / "labels.csv").write_text("\n".join(lines))
    expected = {("", "cat"): 2, ("", "dog"): 2, ("validation", "cat"): 1, ("validation", "dog"): 1}
    for advised in (named, tabled, root.parent / "foldered"):
        assert counts(read(advised)) == expected, advised


def test_a_folder_of_another_class_beside_it_is_enough(root: Path, read: Read) -> None:
    photos(root / "train", cat=2)
    with pytest.raises(DataError, match="put a folder of another class beside it"):
        read(root)
    photos(root / "train", dog=2)
    assert counts(read(root)) == {("", "cat"): 2, ("", "dog"): 2}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ((), "holds no folders with images and no images"),
        (
            ("cat/1.png", "cat/2.png"),
            r"holds 2 pictures in the single folder '.*cat', expected at least two classes; put a folder of",
        ),
        (("1.png", "2.png"), r"holds 2 pictures in .*, expected at least two classes; put .*into a folder for each"),
        (("cat/1.png", "2.png"), r"holds a single folder with images, 'cat' \(1\), and 1 beside it"),
        (("train/cat/1.png", "test/cat/1.png"), r"of a single class 'cat'; put a folder of another class beside it"),
        (("IMG_1.png", "IMG_2.png", "DSC_1.png", "DSC_2.png"), r"expected at least two classes"),
        (("Cat/1.png", "cat/2.png"), r"the classes 'Cat' and 'cat' of .* differ only by case; rename one"),
        (("a/notes.txt",), r"holds no pictures but 1 other file \('.*a/notes.txt' \(text\)\); accepted are JPEG"),
    ],
)
def test_what_has_no_classes_is_refused_with_what_was_found(
    root: Path, read: Read, files: tuple[str, ...], message: str
) -> None:
    root.mkdir()
    for name in files:
        if name.endswith("txt"):
            (root / name).parent.mkdir()
            (root / name).write_text("hello")
        else:
            photo(root / name)
    with pytest.raises(DataError, match=message) as caught:
        read(root)
    assert "\n" not in str(caught.value)


def test_what_systems_leave_and_what_is_no_picture(root: Path, read: Read) -> None:
    photos(root, cat=2, dog=2)
    photo(root / "__MACOSX" / "cat" / "._0.png")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (root / "cat" / name).write_text("hidden")
    (root / "empty").mkdir()
    (root / "cat" / "notes.txt").write_text("hello")
    (root / "cat" / "late.jxl").write_bytes(b"\0\0\0\x0cJXL \r\n\x87\n")
    (root / "cat" / "raw.nef").write_bytes(b"II*\0\x08\0\0\0\0\0")
    (root / "cat" / "sheet.pdf").write_bytes(b"%PDF-1.7")
    (root / "cat" / "nothing.png").write_bytes(b"")
    (root / "more.zip").write_bytes(b"PK\3\4")
    found = read(root)
    assert counts(found) == {("", "cat"): 2, ("", "dog"): 2}
    told = "; ".join(found.skipped)
    assert len(found.skipped) == 7, told
    for piece in (
        "empty' holds no pictures",
        "notes.txt' holds text, which is no picture",
        "late.jxl' holds JPEG XL; accepted are JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and HEIC, so save it as",
        "raw.nef' holds a camera's raw picture; accepted are JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and HEIC, so dev",
        "sheet.pdf' holds PDF; accepted are",
        "nothing.png' holds nothing, which is no picture",
        "more.zip' holds a zip archive, which is not opened; unpack it",
    ):
        assert piece in told
    assert "DS_Store" not in told
    assert "MACOSX" not in told


@pytest.mark.parametrize("name", ["<b>x</b>", "a\nb", "$(rm x)", "café"])
def test_names_of_classes_are_text(root: Path, read: Read, name: str) -> None:
    if "/" in name:
        name = name.replace("/", "\u2215")
    photos(root, dog=2)
    for number in range(2):
        photo(root / name / f"{number}.png")
    assert sorted(read(root).class_names) == sorted(("dog", name))


def test_many_of_one_kind_are_counted(root: Path, read: Read) -> None:
    photos(root, cat=2, dog=2)
    for number in range(9):
        (root / "cat" / f"{number}.txt").write_text("hello")
    (sentence,) = read(root).skipped
    assert sentence.endswith("and 6 more hold text, which is no picture")


def test_a_picture_that_lies_about_itself_is_named_when_it_is_read(root: Path, read: Read) -> None:
    photos(root, cat=2, dog=2)
    content = (root / "cat" / "0.png").read_bytes()
    (root / "cat" / "1.png").write_bytes(content[:-30])
    found = read(root)
    at = next(at for at in range(len(found)) if found.pictures.name(at).endswith("cat/1.png"))
    with pytest.raises(DataError, match=r"cat/1.png' is cut off or damaged"):
        found.pictures.read(at)


def test_grey_stays_grey_and_can_be_inverted(root: Path, read: Read) -> None:
    for name, value in (("one", 10), ("two", 30)):
        (root / name).mkdir(parents=True)
        for number in range(2):
            Image.new("L", (4, 4), value).save(root / name / f"{number}.png")
    found = read(root)
    assert found.pictures.read(0).shape == (4, 4, 1)
    assert found.pictures.read(0).max() == 10
    assert read(root, invert=True).pictures.read(0).max() == 245
