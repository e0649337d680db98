use super::to_discord;

const PAGE: &str = "https://github.com/author/maps/releases/tag/v1.0.0";

#[test]
fn githubs_markdown_becomes_discords() {
    let cases = [
        ("# One\n## Two\n### Three", "## One\n### Two\n**Three**"),
        ("One\n===\nTwo\n---\ntext", "## One\n### Two\ntext"),
        ("# **Bold** #", "## Bold"),
        ("a\r\n\r\n\r\n\r\nb\n\n", "a\n\nb"),
        (
            "- [ ] open\n- [x] done\n* [X] too",
            "- ☐ open\n- ☑ done\n- ☑ too",
        ),
        ("* a\n  + b\n\t- c", "- a\n  - b\n    - c"),
        ("a\n***\nb", "a\n\nb"),
        ("> [!WARNING]\n> Back up", "> **Warning**\n> Back up"),
        (">>> # Loud", "> ## Loud"),
        ("-# small", "\u{200b}-# small"),
        (
            "![A map](https://x.example/m.png)",
            "[A map](https://x.example/m.png)",
        ),
        (
            "![](https://x.example/m.png \"title\")",
            "[image](https://x.example/m.png)",
        ),
        (
            "[![build](https://x.example/b.svg)](https://ci.example/)",
            "[build](https://ci.example/)",
        ),
        (
            "[here](docs/read.md) and [there](https://x.example/a_(b))",
            "here and [there](https://x.example/a_%28b%29)",
        ),
        (
            "[the text][1]\n\n[1]: https://x.example/one",
            "[the text](https://x.example/one)",
        ),
        (
            "see [one].\n[one]: <https://x.example/>",
            "see [one](https://x.example/).",
        ),
        (
            "fixes #12, see C#7 and #x",
            "fixes [#12](https://github.com/author/maps/issues/12), see C#7 and #x",
        ),
        (
            "by https://github.com/author/maps/pull/34.",
            "by [#34](https://github.com/author/maps/pull/34).",
        ),
        (
            "**Full Changelog**: https://github.com/author/maps/compare/v1...v2",
            "**Full Changelog**: [v1...v2](https://github.com/author/maps/compare/v1...v2)",
        ),
        (
            "https://github.com/other/maps/pull/3",
            "https://github.com/other/maps/pull/3",
        ),
        (
            "thanks @octocat, @everyone and @here!",
            "thanks @\u{200b}octocat, @\u{200b}everyone and @\u{200b}here!",
        ),
        ("x@everyone", "x@\u{200b}everyone"),
        ("mail me@example.com", "mail me@example.com"),
        (
            "<@123> <@&5> <#7> </run:9> <:smile:1>",
            "<\u{200b}@\u{200b}123> <\u{200b}@\u{200b}&5> <\u{200b}#7>  <\u{200b}:smile:1>",
        ),
        (
            "&lt;@123&gt; \\<@123>",
            "<\u{200b}@\u{200b}123> \\<\u{200b}@\u{200b}123>",
        ),
        ("<t:1700000000:R>", ""),
        (
            "__bold__ and snake__case__name and __init",
            "**bold** and snake__case__name and __init",
        ),
        ("||not hidden||", "|\u{200b}|not hidden|\u{200b}|"),
        ("`@here #1 <b> __x__`", "`@here #1 <b> __x__`"),
        ("a <!-- secret\nplan --> b", "a  b"),
        (
            "<details>\n<summary>More</summary>\n\ntext\n</details>",
            "**More**\n\ntext",
        ),
        (
            "<b>a</b><br><i>b</i> <kbd>F5</kbd> <span class=\"x\">c</span>",
            "**a**\n*b* `F5` c",
        ),
        (
            "<img src='https://x.example/a.png' alt=\"A\" />",
            "[A](https://x.example/a.png)",
        ),
        (
            "<a href=\"https://x.example/\">go <b>on</b></a>!",
            "[go **on**](https://x.example/)!",
        ),
        ("1 < 2 & 3 > 2 &amp; fine", "1 < 2 & 3 > 2 & fine"),
        (
            "```js\nlet a = `<b>@here`;\n```\nafter",
            "```js\nlet a = `<b>@here`;\n```\nafter",
        ),
        ("~~~\na\n\n```\n", "```\na\n\n`\u{200b}``\n```"),
        (
            "| Map | Size |\n|:--|--:|\n| **Cave** | 10 \\| 12 |\n| [Inn](https://x.example) |",
            "```\nMap   Size\n────  ───────\nCave  10 | 12\nInn\n```",
        ),
        ("a | b\nno table", "a | b\nno table"),
        ("", ""),
    ];
    for (github, discord) in cases {
        assert_eq!(to_discord(github, Some(PAGE), 2000), discord, "{github:?}");
    }
}

#[test]
fn a_wide_table_is_a_list() {
    let cell = "words ".repeat(8);
    let table = format!("| a | b |\n|-|-|\n| {cell} | {cell} |\n| short | |");
    let shown = to_discord(&table, None, 2000);
    let cell = cell.trim();
    assert_eq!(shown, format!("- {cell} – {cell}\n- short"));
}

#[test]
fn what_is_too_long_ends_where_it_makes_sense() {
    let rest = format!("\n[…]({PAGE})");
    let room = rest.encode_utf16().count();
    let cases = [
        ("one two three four", 9, "one two"),
        ("one\n\n## Head\n\nmuch more", 16, "one"),
        ("one [a long link](https://x.example/) two", 20, "one"),
        ("```\naaaa\nbbbb\ncccc\n```", 18, "```\naaaa\nbbbb\n```"),
        ("🎲🎲 🎲🎲", 5, "🎲🎲"),
    ];
    for (notes, limit, expected) in cases {
        let notes = format!("{notes}\n{}", "x".repeat(300));
        let shown = to_discord(&notes, Some(PAGE), limit + room);
        assert_eq!(shown, format!("{expected}{rest}"), "{notes:?}");
    }
}

/// Whatever comes: within the limit, nobody called, no half character.
#[test]
fn nothing_calls_anybody_or_exceeds_the_limit() {
    let parts = [
        "[",
        "]",
        "(",
        ")",
        "<",
        ">",
        "@everyone",
        "@here",
        "<@1>",
        "`",
        "```",
        "\n",
        "|",
        "-|-",
        "__",
        "**",
        "#1",
        "![",
        "&lt;",
        "\\",
        "https://github.com/author/maps/pull/1",
        " ",
        "🎲",
        "<a href=",
        "\"",
        "</a>",
        "<!--",
        "-->",
        "[x]:",
        "- [ ] ",
        "> ",
        "~~~",
    ];
    let mut state = 7_u64;
    for _ in 0..4_000 {
        let mut notes = String::new();
        for _ in 0..24 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let part = usize::try_from(state >> 33).unwrap_or(0) % parts.len();
            notes.push_str(parts[part]);
        }
        for limit in [0, 40, 100, 3000] {
            let shown = to_discord(&notes, Some(PAGE), limit);
            assert!(
                shown.encode_utf16().count() <= limit,
                "{notes:?} → {shown:?}"
            );
            let outside: String = shown.split('`').step_by(2).collect();
            for call in ["@everyone", "@here", "<@1>"] {
                // In code Discord calls nobody.
                let code = shown.contains('`');
                assert!(code || !outside.contains(call), "{notes:?} → {shown:?}");
            }
        }
    }
}
