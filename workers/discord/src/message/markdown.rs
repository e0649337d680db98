//! Data within Discord's Markdown.
//!
//! <https://support.discord.com/hc/en-us/articles/210298617>

use edge::Timestamp;

/// `text` so that it is shown as it stands: no emphasis, link, mention, emoji or code.
///
/// Discord takes a backslash before any punctuation for just that.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    let mut line_begins = true;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let always = "\\*_~`|[]()<>@:".contains(c);
        // `1. ` begins a list as `- ` does, but `1.2.3` does not.
        let is_mark = match c {
            '#' | '-' | '+' => true,
            '.' => characters.peek().is_some_and(|next| next.is_whitespace()),
            _ => false,
        };
        if always || (line_begins && is_mark) {
            escaped.push('\\');
        }
        escaped.push(c);
        line_begins = c == '\n' || (line_begins && (c.is_whitespace() || c.is_ascii_digit()));
    }
    escaped
}

/// A release's notes: their headings and lists stay such, everything else is shown as it stands.
pub fn notes(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let bare = line.trim();
        let heading = bare.trim_start_matches('#');
        let item = ["- ", "* ", "+ "]
            .into_iter()
            .find_map(|mark| bare.strip_prefix(mark));
        match item {
            Some(item) => format!("- {}", escape(item.trim())),
            None if heading.len() < bare.len() && !heading.trim().is_empty() => {
                format!("**{}**", escape(heading.trim()))
            }
            None => escape(bare),
        }
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    text.trim().to_owned()
}

/// `text` in monospace, to be copied. Grave accents end it, so they are left out.
pub fn code(text: &str) -> String {
    let text: String = text.chars().filter(|c| *c != '`' && *c != '\n').collect();
    format!("`{text}`")
}

/// A date that every reader sees in their own time zone: `22 November 2026`.
pub fn date(at: Timestamp) -> String {
    format!("<t:{}:D>", at.milliseconds().div_euclid(1000))
}

/// How long ago: `3 days ago`.
pub fn ago(at: Timestamp) -> String {
    format!("<t:{}:R>", at.milliseconds().div_euclid(1000))
}

#[cfg(test)]
mod tests {
    use edge::Timestamp;

    use super::{ago, code, date, escape, notes};

    #[test]
    fn data_is_shown_as_it_stands() {
        for (text, expected) in [
            ("plain text, 1.2.3", "plain text, 1.2.3"),
            ("1.2.3-beta.1", "1.2.3-beta.1"),
            ("a_b*c~d`e|f", "a\\_b\\*c\\~d\\`e\\|f"),
            ("[x](https://e.example)", "\\[x\\]\\(https\\://e.example\\)"),
            ("<@1> @everyone <t:0>", "\\<\\@1\\> \\@everyone \\<t\\:0\\>"),
            ("# a\n- b\n1. c\nd - e", "\\# a\n\\- b\n1\\. c\nd - e"),
            ("\\", "\\\\"),
            ("地図 🎲 Карты", "地図 🎲 Карты"),
        ] {
            assert_eq!(escape(text), expected, "{text:?}");
        }
    }

    #[test]
    fn notes_keep_headings_and_lists() {
        let text = "## What's new\r\n\r\n* maps by **me**\n- [x](https://e.example)\n#tag\n";
        let expected = "**What's new**\n\n- maps by \\*\\*me\\*\\*\n\
                        - \\[x\\]\\(https\\://e.example\\)\n**tag**";
        assert_eq!(notes(text), expected);
    }

    #[test]
    fn code_and_times_have_their_forms() {
        assert_eq!(code("a`b"), "`ab`");
        let at = Timestamp::from_milliseconds(1_700_000_000_999);
        assert_eq!(
            (date(at), ago(at)),
            ("<t:1700000000:D>".into(), "<t:1700000000:R>".into())
        );
    }
}
