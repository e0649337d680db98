//! Within a line: links, images, mentions, issue numbers, emphasis.

use super::html::{self, Tag};

/// Discord reads no sign across it.
const APART: char = '\u{200b}';

/// Deepest nesting of links that is read: an image in a link in a line.
const DEEPEST: u8 = 3;

/// Converts lines of one text.
pub(super) struct Inline<'a> {
    /// Link definitions: label in lower case, URL.
    definitions: Vec<(String, &'a str)>,
    repository: Option<&'a str>,
}

impl<'a> Inline<'a> {
    /// For the text of `lines`, whose issue numbers are `repository`'s.
    pub fn new(lines: &[&'a str], repository: Option<&'a str>) -> Self {
        Self {
            definitions: lines.iter().filter_map(|line| definition(line)).collect(),
            repository,
        }
    }

    /// Whether a line only says where a label leads.
    pub fn is_definition(&self, line: &str) -> bool {
        definition(line).is_some()
    }

    /// The line for Discord.
    pub fn convert(&self, text: &str) -> String {
        let line = self.at_depth(text, 0);
        // Small print, which GitHub does not know.
        if line.starts_with("-# ") {
            return format!("{APART}{line}");
        }
        line
    }

    /// The line without any markup, for where Discord knows none.
    pub fn plain(&self, text: &str) -> String {
        let line = self.at_depth(text, 0);
        let mut plain = String::with_capacity(line.len());
        let mut rest = line.as_str();
        while let Some(character) = rest.chars().next() {
            if let Some((label, _, after)) = link(rest) {
                plain.push_str(label);
                rest = after;
                continue;
            }
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
            match character {
                '\n' => plain.push(' '),
                '*' | '`' | '~' | '\\' | APART => {}
                other => plain.push(other),
            }
        }
        plain.trim().to_owned()
    }

    fn at_depth(&self, text: &str, depth: u8) -> String {
        let mut line = Line {
            inline: self,
            depth,
            out: String::with_capacity(text.len() + 16),
            rest: text,
            bold: false,
        };
        while !line.rest.is_empty() {
            line.step();
        }
        line.out
    }

    fn defined(&self, label: &str) -> Option<&'a str> {
        let label = label.to_lowercase();
        let mut known = self.definitions.iter();
        known.find(|(name, _)| *name == label).map(|(_, url)| *url)
    }

    /// A short name for a URL of the repository itself.
    fn short(&self, url: &str) -> Option<String> {
        let rest = url.strip_prefix(self.repository?)?.strip_prefix('/')?;
        let (kind, name) = rest.split_once('/')?;
        match kind {
            "pull" | "issues" if name.bytes().all(|b| b.is_ascii_digit()) => {
                Some(format!("#{name}"))
            }
            "commit" => Some(name.chars().take(7).collect()),
            "compare" => Some(name.to_owned()),
            _ => None,
        }
    }
}

/// `[label]: url`.
fn definition(line: &str) -> Option<(String, &str)> {
    let (label, rest) = line.trim().strip_prefix('[')?.split_once("]:")?;
    let url = rest.trim().split(' ').next()?;
    let is_label = !label.is_empty() && !label.starts_with('^') && !label.contains(']');
    let url = url.trim_start_matches('<').trim_end_matches('>');
    (is_label && !url.is_empty()).then(|| (label.to_lowercase(), url))
}

/// `[label](url)` at the beginning of `text`: label, URL, what follows. The URL may be empty.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = bracketed(text, '[', ']')?;
    let (target, rest) = bracketed(rest, '(', ')')?;
    let url = target.trim().split([' ', '\n']).next().unwrap_or_default();
    let url = url.trim_start_matches('<').trim_end_matches('>');
    Some((label, url, rest))
}

/// What stands between the brackets at the beginning of `text`, and what follows them.
fn bracketed(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (index, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == open => depth += 1,
            c if c == close => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    let rest = text.get(index + close.len_utf8()..)?;
                    return Some((text.get(open.len_utf8()..index)?, rest));
                }
            }
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// A line that is being converted.
struct Line<'a, 'i> {
    inline: &'i Inline<'a>,
    depth: u8,
    out: String,
    rest: &'i str,
    bold: bool,
}

impl<'i> Line<'_, 'i> {
    /// Converts what the rest begins with.
    fn step(&mut self) {
        let Some(first) = self.rest.chars().next() else {
            return;
        };
        let done = match first {
            '\\' => self.escape(),
            '`' => self.code(),
            '!' => self.image(),
            '[' => self.link(),
            '<' => self.angle(),
            '&' => self.entity(),
            '@' => self.mention(),
            '#' => self.issue(),
            '_' => self.underscores(),
            '|' => self.bars(),
            'h' => self.url(),
            _ => false,
        };
        if !done {
            self.out.push(first);
            self.skip(first.len_utf8());
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Whether a word ends right before the rest.
    fn within_word(&self) -> bool {
        self.out
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric)
    }

    fn escape(&mut self) -> bool {
        let next = self.rest.chars().nth(1);
        let Some(next) = next.filter(char::is_ascii_punctuation) else {
            return false;
        };
        self.out.push('\\');
        self.out.push(next);
        // Discord calls whom it should call in spite of the backslash.
        if matches!(next, '@' | '<') {
            self.out.push(APART);
        }
        self.skip(2);
        true
    }

    fn code(&mut self) -> bool {
        let ticks = self.rest.len() - self.rest.trim_start_matches('`').len();
        let (fence, after) = self.rest.split_at(ticks);
        let Some(end) = after.find(fence) else {
            // Discord would look for its other end in the lines below.
            self.out.push_str(&"\\`".repeat(ticks));
            self.skip(ticks);
            return true;
        };
        self.out.push_str(&self.rest[..ticks + end + ticks]);
        self.skip(ticks + end + ticks);
        true
    }

    fn image(&mut self) -> bool {
        let Some((alt, url, rest)) = self.rest.strip_prefix('!').and_then(link) else {
            return false;
        };
        let alt = if alt.trim().is_empty() { "image" } else { alt };
        let alt = self.label(alt);
        self.rest = rest;
        self.push_link(&alt, url);
        true
    }

    fn link(&mut self) -> bool {
        if let Some((label, url, rest)) = link(self.rest) {
            self.rest = rest;
            let label = self.label(label);
            self.push_link(&label, url);
            return true;
        }
        let Some((label, rest)) = bracketed(self.rest, '[', ']') else {
            return false;
        };
        let (name, rest) = match bracketed(rest, '[', ']') {
            Some(("", rest)) => (label, rest),
            Some((name, rest)) => (name, rest),
            None => (label, rest),
        };
        let Some(url) = self.inline.defined(name) else {
            return false;
        };
        self.rest = rest;
        let label = self.label(label);
        self.push_link(&label, url);
        true
    }

    /// What a link says: Discord knows no links in links, so an image there is what it shows.
    fn label(&self, label: &str) -> String {
        if self.depth >= DEEPEST {
            return String::new();
        }
        let inner = self.inline.at_depth(label, self.depth + 1);
        match link(&inner) {
            Some((inner, _, _)) => inner.to_owned(),
            None => inner,
        }
    }

    fn push_link(&mut self, label: &str, url: &str) {
        let label = label.trim().replace('\n', " ");
        let on_the_web = url.starts_with("https://") || url.starts_with("http://");
        if !on_the_web {
            // Discord would show the brackets.
            self.out.push_str(&label);
            return;
        }
        let url = harmless(url).replace('(', "%28").replace(')', "%29");
        let label = if label.is_empty() {
            "link".to_owned()
        } else {
            label
        };
        self.out.push_str(&format!("[{label}]({url})"));
    }

    fn angle(&mut self) -> bool {
        let inside = self.rest.strip_prefix('<').unwrap_or_default();
        let is_url = inside.starts_with("https://") || inside.starts_with("http://");
        let url = inside.split('>').next().unwrap_or_default();
        if is_url && url.len() < inside.len() && !url.contains(' ') {
            self.push_url(url);
            self.skip(url.len() + 2);
            return true;
        }
        let Some((tag, rest)) = html::tag(self.rest) else {
            self.skip(1);
            self.push_less_than();
            return true;
        };
        self.rest = rest;
        match tag {
            Tag::Text(text) => self.out.push_str(text),
            Tag::EndLink => {}
            Tag::Image { alt, source } => {
                let alt = if alt.is_empty() { "image" } else { &alt };
                let alt = self.label(alt);
                self.push_link(&alt, &source);
            }
            Tag::Link(url) => {
                let end = rest.to_ascii_lowercase().find("</a>");
                let (inside, rest) = rest.split_at(end.unwrap_or(rest.len()));
                self.rest = rest;
                let label = self.label(inside);
                self.push_link(&label, &url);
            }
        }
        true
    }

    /// A `<` that begins nothing which Discord replaces.
    fn push_less_than(&mut self) {
        self.out.push('<');
        let next = self.rest.chars().next();
        if next.is_some_and(|c| c.is_alphabetic() || "@#:/".contains(c)) {
            self.out.push(APART);
        }
    }

    fn entity(&mut self) -> bool {
        let Some((character, rest)) = html::entity(self.rest) else {
            return false;
        };
        self.rest = rest;
        match character {
            '<' => self.push_less_than(),
            other => self.out.push(other),
        }
        true
    }

    fn mention(&mut self) -> bool {
        let after = self.rest.get(1..).unwrap_or_default();
        let everybody = after.starts_with("everyone") || after.starts_with("here");
        let calls = after.starts_with(|c: char| c.is_alphanumeric() || "&!".contains(c));
        self.out.push('@');
        // An address of electronic mail calls nobody.
        if everybody || (calls && !self.within_word_before_at()) {
            self.out.push(APART);
        }
        self.skip(1);
        true
    }

    fn within_word_before_at(&self) -> bool {
        let mut before = self.out.chars().rev().skip(1);
        before.next().is_some_and(char::is_alphanumeric)
    }

    fn issue(&mut self) -> bool {
        let after = self.rest.get(1..).unwrap_or_default();
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = after.get(..digits).unwrap_or_default();
        let ends = !after[digits..].starts_with(char::is_alphanumeric);
        let Some(repository) = self.inline.repository else {
            return false;
        };
        let apart = self.out.ends_with(APART);
        if !(1..=9).contains(&digits) || !ends || apart || self.within_word() {
            return false;
        }
        let url = format!("{repository}/issues/{number}");
        self.push_link(&format!("#{number}"), &url);
        self.skip(1 + digits);
        true
    }

    /// `__x__` is bold to GitHub and underlined to Discord.
    fn underscores(&mut self) -> bool {
        let Some(after) = self.rest.strip_prefix("__") else {
            return false;
        };
        let opens = !self.bold && !self.within_word() && after.contains("__");
        if !opens && !self.bold {
            return false;
        }
        self.bold = !self.bold;
        self.out.push_str("**");
        self.skip(2);
        true
    }

    /// `||x||` hides.
    fn bars(&mut self) -> bool {
        if !self.rest.starts_with("||") {
            return false;
        }
        self.out.push('|');
        self.out.push(APART);
        self.skip(1);
        true
    }

    fn url(&mut self) -> bool {
        let is_url = self.rest.starts_with("https://") || self.rest.starts_with("http://");
        if !is_url || self.within_word() {
            return false;
        }
        let end = self
            .rest
            .find(|c: char| c.is_whitespace() || "<>\"`)]|".contains(c));
        let url = &self.rest[..end.unwrap_or(self.rest.len())];
        let url = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '~', '\'']);
        let bytes = url.len();
        self.push_url(url);
        self.skip(bytes);
        true
    }

    /// A URL that has no label: a short one, or itself.
    fn push_url(&mut self, url: &str) {
        match self.inline.short(url) {
            Some(label) if self.depth == 0 => self.push_link(&label, url),
            _ => self.out.push_str(&harmless(url)),
        }
    }
}

/// A URL that Discord reads no mention in.
fn harmless(url: &str) -> String {
    url.replace('@', "%40")
}
