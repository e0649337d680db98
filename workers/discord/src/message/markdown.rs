//! Data within Discord's Markdown.
//!
//! <https://support.discord.com/hc/en-us/articles/210298617>

pub use registry::discord_text::escape;

use edge::Timestamp;

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

    use super::{ago, code, date, notes};

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
