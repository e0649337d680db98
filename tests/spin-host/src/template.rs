//! `{{ variable }}` templates of the manifest, as in Spin's `crates/expressions`.

use std::fmt;

/// Why a template or a variable name is not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A `{{` without its `}}`.
    #[error("unmatched '{{{{' in template {0:?}")]
    Unmatched(String),
    /// A name in braces that the application does not declare.
    #[error("unknown variable {0:?}")]
    Unknown(String),
    /// A declared variable that has neither a value nor a default.
    #[error("no value for the required variable {0:?}")]
    NoValue(String),
}

/// Text with variables in double braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(String),
}

impl Template {
    /// Splits `source` into text and variables.
    ///
    /// # Errors
    /// [`TemplateError::Unmatched`] when a brace pair is not closed.
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some((text, after)) = rest.split_once("{{") {
            if !text.is_empty() {
                parts.push(Part::Text(text.to_owned()));
            }
            let (name, after) = after
                .split_once("}}")
                .ok_or_else(|| TemplateError::Unmatched(source.to_owned()))?;
            parts.push(Part::Variable(name.trim().to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// Whether the template names no variable.
    pub fn is_literal(&self) -> bool {
        self.variables().next().is_none()
    }

    /// The names in braces, in order, with repetitions.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with each variable replaced by what `value` gives for it.
    ///
    /// # Errors
    /// The first error of `value`.
    pub fn resolve(
        &self,
        value: impl Fn(&str) -> Result<String, TemplateError>,
    ) -> Result<String, TemplateError> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => Ok(text.clone()),
                Part::Variable(name) => value(name),
            })
            .collect()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Variable(name) => write!(f, "{{{{ {name} }}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: Result<&str, TemplateError>) {
        let resolved = Template::parse(source).and_then(|template| {
            template.resolve(|name| match name {
                "host" => Ok("example.com".to_owned()),
                "empty" => Ok(String::new()),
                _ => Err(TemplateError::Unknown(name.to_owned())),
            })
        });
        assert_eq!(
            resolved.as_deref(),
            expected.as_ref().copied(),
            "{source:?}"
        );
    }

    #[test]
    fn resolves() {
        check("", Ok(""));
        check("plain } text }}", Ok("plain } text }}"));
        check("{{host}}", Ok("example.com"));
        check(
            "https://{{ host }}:{{ host }}/x",
            Ok("https://example.com:example.com/x"),
        );
        check("a{{empty}}b", Ok("ab"));
        check(
            "{{ nobody }}",
            Err(TemplateError::Unknown("nobody".to_owned())),
        );
        check(
            "a {{ host",
            Err(TemplateError::Unmatched("a {{ host".to_owned())),
        );
    }

    #[test]
    fn tells_literals_from_templates() -> Result<(), TemplateError> {
        assert!(Template::parse("https://example.com")?.is_literal());
        assert!(!Template::parse("https://{{ host }}")?.is_literal());
        assert_eq!(Template::parse("x{{host}}y")?.to_string(), "x{{ host }}y");
        Ok(())
    }
}
