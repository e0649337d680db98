//! A form with one line to fill in.

use serde_json::{Value, json};

use super::{button::CustomId, object, text::Text};

/// A form.
/// <https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modal {
    /// What comes back with the form.
    pub id: CustomId,
    /// Its title.
    pub title: Text<45>,
    /// The name of its field.
    pub field: &'static str,
    /// What stands above the field.
    pub label: Text<45>,
    /// What explains it.
    pub description: Text<100>,
    /// What stands in the field as long as it is empty.
    pub placeholder: Text<100>,
    /// Most characters that can be filled in, at most 4,000.
    pub longest: u16,
}

impl Modal {
    /// As Discord takes it.
    pub fn to_json(&self) -> Value {
        let field = json!({
            "type": 4,
            "custom_id": self.field,
            "style": 1,
            "placeholder": self.placeholder.as_str(),
            "min_length": 1,
            "max_length": self.longest,
            "required": true,
        });
        let labelled = object([
            ("type", 18.into()),
            ("label", self.label.as_str().into()),
            ("description", self.description.as_str().into()),
            ("component", field),
        ]);
        object([
            ("custom_id", self.id.as_str().into()),
            ("title", self.title.as_str().into()),
            ("components", vec![labelled].into()),
        ])
    }
}
