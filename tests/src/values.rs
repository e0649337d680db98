//! What stands for `${name}` in the cases that are data.

use std::{collections::BTreeMap, ops::Index};

use anyhow::{Context, Result};
use serde_json::Value;

/// Values by name.
pub struct Values(BTreeMap<String, String>);

impl Values {
    /// These values.
    pub fn new(values: BTreeMap<String, String>) -> Self {
        Self(values)
    }

    /// `text` with every `${name}` replaced.
    ///
    /// # Errors
    /// Where there is no such value.
    pub fn fill(&self, text: &str) -> Result<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').context("`${` without `}`")?;
            let value = self.0.get(name);
            filled.push_str(before);
            filled.push_str(value.with_context(|| format!("no value {name}"))?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// JSON with every `${name}` in it replaced; the text `${null}` is null, which TOML has not.
    ///
    /// # Errors
    /// Where there is no such value, or what comes of it is not JSON.
    pub fn fill_json(&self, json: &Value) -> Result<Value> {
        let text = json.to_string().replace("\"${null}\"", "null");
        Ok(serde_json::from_str(&self.fill(&text)?)?)
    }
}

impl Index<&str> for Values {
    type Output = String;

    fn index(&self, name: &str) -> &String {
        &self.0[name]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::Values;

    #[test]
    fn values_are_filled_in() {
        let values = Values::new(BTreeMap::from([("a".to_owned(), "1".to_owned())]));
        for (text, expected) in [
            ("", Some("")),
            ("x${a}y${a}", Some("x1y1")),
            ("${b}", None),
            ("${a", None),
            ("{a}$", Some("{a}$")),
        ] {
            assert_eq!(values.fill(text).ok().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn null_can_be_written() {
        let values = Values::new(BTreeMap::from([("a".to_owned(), "1".to_owned())]));
        let filled = values.fill_json(&json!({ "x": "${null}", "y": ["${a}"] }));
        assert_eq!(filled.ok(), Some(json!({ "x": null, "y": ["1"] })));
    }
}
