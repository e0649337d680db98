//! Finding the manifest, and what else a directory is asked.

use crate::common::open;
use crate::common::raw::{Item, build};

#[test]
fn finds_the_manifest_or_says_why_not() {
    for (names, expected) in [
        (&["module.json"][..], Ok(None)),
        (&["a", "world.json", "sub/module.json"], Ok(None)),
        (
            &["top/module.json", "top/deeper/system.json"],
            Ok(Some("top")),
        ),
        (&["top/module.json", "__MACOSX/._top"], Ok(Some("top"))),
        (
            &[],
            Err("no module.json, system.json or world.json at the top"),
        ),
        (&["readme.md", "Module.json"], Err("no module.json")),
        (
            &["top/src/module.json"],
            Err("found deeper: top/src/module.json"),
        ),
        (
            &["module.json", "system.json"],
            Err("exactly one manifest is needed; found module.json, system.json"),
        ),
        (
            &["a/module.json", "a/world.json"],
            Err("found a/module.json, a/world.json"),
        ),
        (
            &["a/module.json", "b/module.json"],
            Err("found a/module.json, b/module.json"),
        ),
        (
            &["top/module.json", "README.md"],
            Err("lies in `top/`, but `README.md` lies outside"),
        ),
        (
            &["top/module.json", "topper/x"],
            Err("`topper/x` lies outside"),
        ),
    ] {
        let items: Vec<Item> = names.iter().map(|name| Item::new(name, b"")).collect();
        let found = open(&build(&items)).unwrap().find_manifest();
        match (found, expected) {
            (Ok(found), Ok(folder)) => assert_eq!(found.folder.as_deref(), folder, "{names:?}"),
            (Err(error), Err(words)) => {
                let said = error.to_string();
                assert!(
                    said.contains(words),
                    "{names:?}: expected `{words}`, got `{said}`"
                );
            }
            (found, _) => panic!("{names:?}: {found:?}"),
        }
    }
}

#[test]
fn a_directory_answers_what_it_holds() {
    let names = [
        "a.js",
        "packs/x/CURRENT",
        "packs-old/y",
        "lang/",
        "LANG/en.json",
    ];
    let items: Vec<Item> = names.iter().map(|name| Item::new(name, b"")).collect();
    let directory = open(&build(&items)).unwrap();
    for (name, file, folder) in [
        ("a.js", true, false),
        ("packs/x/CURRENT", true, false),
        ("packs/x", false, true),
        ("packs/", false, true),
        ("packs", false, true),
        ("pack", false, false),
        ("lang", false, true),
        ("en.json", false, false),
        ("zzz", false, false),
    ] {
        assert_eq!(directory.file(name).is_some(), file, "{name}");
        assert_eq!(directory.has_folder(name), folder, "{name}");
    }
}
