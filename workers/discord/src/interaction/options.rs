//! What was filled in after a command's name.

use registry::Snowflake;

use crate::Json;

/// One option as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// Discord's number of its type.
    pub kind: u64,
    /// Its value.
    pub value: Json,
    /// Whether it is being typed.
    pub focused: bool,
    /// Where it is a channel, what the caller may do there, as Discord's bit set.
    pub permissions: Option<u64>,
}

/// The options of a call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options(Vec<Given>);

impl Options {
    /// Options in the order in which they came.
    pub fn new(given: Vec<Given>) -> Self {
        Self(given)
    }

    /// Every option.
    pub fn iter(&self) -> impl Iterator<Item = &Given> {
        self.0.iter()
    }

    /// An option by its name.
    pub fn get(&self, name: &str) -> Option<&Given> {
        self.0.iter().find(|given| given.name == name)
    }

    /// The text of an option; empty texts are none.
    pub fn text(&self, name: &str) -> Option<&str> {
        let text = self.get(name)?.value.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The number of an option.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.value.as_u64()
    }

    /// The id of an option that is a channel or a role.
    pub fn id(&self, name: &str) -> Option<Snowflake> {
        Snowflake::parse(self.get(name)?.value.as_str()?).ok()
    }

    /// The option that is being typed, and what there is of it.
    pub fn focused(&self) -> Option<(&str, &str)> {
        let given = self.0.iter().find(|given| given.focused)?;
        Some((&given.name, given.value.as_str().unwrap_or_default()))
    }
}
