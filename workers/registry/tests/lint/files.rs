//! Files that a manifest names.

use super::*;

#[test]
fn every_named_file_is_in_the_archive() -> Outcome {
    with_fields(&[
        (
            json!({"esmodules": ["./scripts/main.js", "/scripts/main.js", "scripts//main.js",
                "scripts/main.js?v=3", "scripts/my%20file.js", "scripts/my file.js", "?odd.js",
                "lang/../scripts/main.js", "https://cdn.example/x.js", "//cdn.example/x.js"]}),
            &[],
            "",
        ),
        (json!({"scripts": "scripts/main.js"}), &[], ""),
        (
            json!({"scripts": "scripts/gone.js"}),
            &["error file.missing scripts"],
            "attach a zip",
        ),
        (
            json!({"styles": ["styles/main.css", "styles/gone.css"]}),
            &["error file.missing styles[1]"],
            "`styles/gone.css`",
        ),
        (
            json!({"languages": [{"lang": "en", "path": "lang/en.json"}, {"lang": "de", "path": "lang/de.json"}]}),
            &["error file.missing languages[1].path"],
            "",
        ),
        (
            json!({"esmodules": ["case/file.js"]}),
            &["error file.case esmodules[0]"],
            "`Case/File.js`",
        ),
        (
            json!({"esmodules": ["SCRIPTS/Main.js"]}),
            &["error file.case esmodules[0]"],
            "`scripts/main.js`",
        ),
        (
            json!({"styles": [{"src": "styles/main.css", "layer": "x"}, {"src": "styles/gone.css"}]}),
            &["error file.missing styles[1].src"],
            "`styles/gone.css`",
        ),
        (
            json!({"esmodules": ["scripts\\main.js"]}),
            &["error file.backslash esmodules[0]"],
            "use `/`",
        ),
        (
            json!({"esmodules": ["../other/x.js"]}),
            &["error file.outside esmodules[0]"],
            "",
        ),
        (
            json!({"esmodules": ["scripts"]}),
            &["error file.missing esmodules[0]"],
            "",
        ),
        (
            json!({"packs": [
                {"name": "a", "path": "packs/level"}, {"name": "b", "path": "packs/level.db"},
                {"name": "c", "path": "./packs/flat.db"}, {"name": "d", "path": "packs/flat"},
                {"name": "e", "path": "packs/empty"}, {"name": "f", "path": "packs/level/"},
                {"name": "g"}]}),
            &[],
            "",
        ),
        (
            json!({"packs": [{"name": "a", "path": "packs/gone"}, {"name": "b.c", "path": "packs/Level"}]}),
            &[
                "error file.missing packs[0].path",
                "error file.case packs[1].path",
                "warning pack.name packs[1].name",
            ],
            "but `packs/level` is",
        ),
        (
            json!({"readme": "README.md", "license": "MIT", "changelog": "https://x.example/c"}),
            &[],
            "",
        ),
        (
            json!({"readme": "docs/README.md", "license": "LICENSE.md"}),
            &[
                "warning file.missing readme",
                "warning file.missing license",
            ],
            "",
        ),
        (json!({"license": "Apache-2.0"}), &[], ""),
        (json!({"license": "GPL-3.0"}), &[], ""),
        (
            json!({"readme": "docs\\README.md"}),
            &["warning file.backslash readme"],
            "",
        ),
    ])
}

#[test]
fn pictures_are_looked_for_where_foundry_looks() -> Outcome {
    with_fields(&[
        (
            json!({
                "media": [{"url": "https://x.example/a.webp", "thumbnail": "modules/my-module/README.md"},
                    {"link": "gone.webp"}, {"url": "/modules/my-module/README.md"}, {"url": "./README.md"},
                    {"url": "icons/svg/mystery-man.svg"}, {"url": "modules/other/a.webp"}, {"url": ""}],
                "packs": [{"name": "a", "banner": "modules/my-module/styles/main.css"}],
                "background": "worlds/elsewhere/a.webp",
            }),
            &[],
            "",
        ),
        (
            json!({
                "media": [{"url": "a/gone.webp"}, {"thumbnail": "modules/my-module/gone.webp"}],
                "packs": [{"name": "a", "banner": "modules/my-module/readme.md"}],
                "background": "../gone.webp",
            }),
            &[
                "warning file.missing media[0].url",
                "warning file.missing media[1].thumbnail",
                "warning file.case packs[0].banner",
                "warning file.outside background",
            ],
            "`modules/my-module/gone.webp` is not",
        ),
    ])
}
