//! Lines: headings, lists, quotes, code, tables.

use super::{html, inline::Inline, table, units};

/// What is shown together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// One line; empty between paragraphs.
    Line(String),
    /// Lines as they are, in a code block of a language.
    Code {
        /// The language, for colours; often empty.
        language: String,
        /// The lines.
        lines: Vec<String>,
    },
}

impl Block {
    /// The block as Discord gets it.
    pub fn text(&self) -> String {
        match self {
            Self::Line(line) => line.clone(),
            Self::Code { language, lines } => format!("```{language}\n{}\n```", lines.join("\n")),
        }
    }

    /// The beginning of a block that is too long for `room` units: whole lines of code, or words;
    /// empty where nothing sensible fits.
    pub fn beginning(&self, room: usize) -> String {
        match self {
            Self::Line(line) => words(line, room),
            Self::Code { language, lines } => {
                let mut some = lines.clone();
                while !some.is_empty() {
                    some.pop();
                    let lines = some.clone();
                    let language = language.clone();
                    let shown = Self::Code { language, lines }.text();
                    if units(&shown) <= room && !some.is_empty() {
                        return shown;
                    }
                }
                String::new()
            }
        }
    }
}

/// As many words of a line as fit. Nothing, where that would cut a link or what is emphasised.
fn words(line: &str, room: usize) -> String {
    let mut end = 0;
    for (index, _) in line.match_indices(' ') {
        let part = line.get(..index).unwrap_or_default();
        if units(part) > room {
            break;
        }
        if is_balanced(part) {
            end = index;
        }
    }
    line.get(..end).unwrap_or_default().to_owned()
}

fn is_balanced(text: &str) -> bool {
    let count = |character| text.matches(character).count();
    let open = |opening, closing| count(opening) == count(closing);
    open('[', ']')
        && open('(', ')')
        && ["`", "**", "~~"]
            .iter()
            .all(|m| text.matches(m).count() % 2 == 0)
}

/// Reads notes. `repository` is the URL that issue numbers are relative to.
pub(super) fn read(notes: &str, repository: Option<&str>) -> Vec<Block> {
    let notes = html::without_comments(&notes.replace("\r\n", "\n"));
    let all: Vec<&str> = notes.lines().collect();
    let inline = Inline::new(&all, repository);
    let mut blocks = Vec::new();
    let mut rest = all.as_slice();
    while let Some((line, after)) = rest.split_first() {
        rest = after;
        if let Some((fence, language)) = fence(line) {
            let end = rest.iter().position(|line| closes(line, fence));
            let code = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            rest = rest
                .get(end.map_or(rest.len(), |end| end + 1)..)
                .unwrap_or_default();
            let lines = code
                .iter()
                .map(|line| line.replace("```", "`\u{200b}``"))
                .collect();
            blocks.push(Block::Code { language, lines });
        } else if let Some((lines, count)) = table::read(line, rest, &inline) {
            rest = rest.get(count..).unwrap_or_default();
            blocks.push(lines);
        } else if let Some(level) = underline(line, rest) {
            rest = rest.get(1..).unwrap_or_default();
            push(&mut blocks, heading(level, &inline.convert(line.trim())));
        } else if !inline.is_definition(line) {
            push(&mut blocks, text_line(line, &inline));
        }
    }
    while blocks.last() == Some(&Block::Line(String::new())) {
        blocks.pop();
    }
    blocks
}

/// Adds a line's lines; of empty ones never two in a row, nor one at the beginning.
fn push(blocks: &mut Vec<Block>, text: String) {
    for line in text.split('\n') {
        let empty = line.trim().is_empty();
        let after_empty = match blocks.last() {
            Some(Block::Line(last)) => last.is_empty(),
            Some(Block::Code { .. }) => false,
            None => true,
        };
        if !(empty && after_empty) {
            blocks.push(Block::Line(if empty {
                String::new()
            } else {
                line.to_owned()
            }));
        }
    }
}

/// The characters that open a fence, and the language that it names.
fn fence(line: &str) -> Option<(&'static str, String)> {
    let line = line.trim_start();
    let fence = ["```", "~~~"]
        .into_iter()
        .find(|fence| line.starts_with(fence))?;
    let info = line.trim_start_matches(['`', '~']).trim();
    let language: String = info
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "+-#".contains(*c))
        .collect();
    (!info.contains('`')).then_some((fence, language))
}

fn closes(line: &str, fence: &str) -> bool {
    let line = line.trim();
    line.starts_with(fence) && line.trim_start_matches(['`', '~']).is_empty()
}

/// The level of a heading that is underlined by the line after it.
fn underline(line: &str, rest: &[&str]) -> Option<usize> {
    let under = rest.first()?.trim_end();
    let is_text = line.trim().starts_with(|c: char| c.is_alphanumeric());
    let level = match under.chars().next()? {
        '=' if under.chars().all(|c| c == '=') => 1,
        '-' if under.len() > 1 && under.chars().all(|c| c == '-') => 2,
        _ => return None,
    };
    is_text.then_some(level)
}

/// Discord's largest heading would be larger than the title of the message.
fn heading(level: usize, text: &str) -> String {
    let text = text.trim().trim_matches('*').trim();
    match (text, level) {
        ("", _) => String::new(),
        (text, 1) => format!("## {text}"),
        (text, 2) => format!("### {text}"),
        (text, _) => format!("**{text}**"),
    }
}

fn text_line(line: &str, inline: &Inline<'_>) -> String {
    let line = line.replace('\t', "    ");
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let level = text.bytes().take_while(|b| *b == b'#').count();
    if (1..=6).contains(&level) && text[level..].starts_with([' ', '\u{a0}']) {
        let title = text[level..].trim().trim_end_matches('#');
        return heading(level, &inline.convert(title.trim()));
    }
    if is_rule(text) {
        return String::new();
    }
    if let Some(quoted) = text.strip_prefix('>') {
        let quoted = quoted.trim_start_matches(['>', ' ']);
        let shown = alert(quoted).unwrap_or_else(|| text_line(quoted, inline));
        return format!("> {}", shown.replace('\n', "\n> "))
            .trim_end()
            .to_owned();
    }
    if let Some(item) = text
        .strip_prefix(['-', '*', '+'])
        .and_then(|item| item.strip_prefix(' '))
    {
        // Discord knows two levels more than it shows well.
        let spaces = " ".repeat((indent / 2).min(4) * 2);
        return format!("{spaces}- {}", inline.convert(&task(item.trim())));
    }
    inline.convert(text.trim_end())
}

/// `[ ]` and `[x]` of task lists.
fn task(item: &str) -> String {
    let done = |mark: &str| mark.eq_ignore_ascii_case("[x] ");
    match item.get(..4) {
        Some("[ ] ") => format!("☐ {}", &item[4..]),
        Some(mark) if done(mark) => format!("☑ {}", &item[4..]),
        _ => item.to_owned(),
    }
}

/// GitHub's alerts: `> [!NOTE]`.
fn alert(text: &str) -> Option<String> {
    let name = text.trim().strip_prefix("[!")?.strip_suffix(']')?;
    let known = ["note", "tip", "important", "warning", "caution"];
    let name = name.to_ascii_lowercase();
    let name = known.into_iter().find(|known| *known == name)?;
    let (first, rest) = name.split_at(1);
    Some(format!("**{}{rest}**", first.to_ascii_uppercase()))
}

fn is_rule(text: &str) -> bool {
    let marks: String = text.chars().filter(|c| *c != ' ').collect();
    marks.len() >= 3
        && ["-", "*", "_"]
            .iter()
            .any(|mark| marks.replace(mark, "").is_empty())
}
