//! Buttons below a message.

use serde_json::{Value, json};

use super::text::Text;

/// Longest URL of a button.
const LONGEST_URL: usize = 512;

/// What a button or form sends back when it is used: 1 to 100 characters of ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomId(String);

impl CustomId {
    /// Most characters.
    pub const MAX: usize = 100;

    /// `None` where the text has no place in a button.
    pub fn new(text: String) -> Option<Self> {
        let fits = (1..=Self::MAX).contains(&text.len()) && text.is_ascii();
        fits.then_some(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// For what is to be done.
    Primary = 1,
    /// For everything else.
    Secondary = 2,
    /// For what users will miss.
    Danger = 4,
}

/// A button.
/// <https://docs.discord.com/developers/components/reference#button>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Link {
        label: Text<80>,
        url: String,
    },
    Press {
        label: Text<80>,
        style: Style,
        id: CustomId,
    },
}

impl Button {
    /// A button that opens a page; `None` where Discord would not take the URL.
    pub fn link(label: &str, url: &str) -> Option<Self> {
        let url = edge::Url::parse(url).ok()?;
        let fits = url.scheme() == "https" || url.scheme() == "http";
        (fits && url.has_host() && url.as_str().len() <= LONGEST_URL).then(|| {
            Self(Kind::Link {
                label: Text::new(label),
                url: url.into(),
            })
        })
    }

    /// A button that comes back to us.
    pub fn press(label: &str, style: Style, id: CustomId) -> Self {
        let label = Text::new(label);
        Self(Kind::Press { label, style, id })
    }

    /// As Discord takes it.
    pub fn to_json(&self) -> Value {
        match &self.0 {
            Kind::Link { label, url } => {
                json!({ "type": 2, "style": 5, "label": label.as_str(), "url": url })
            }
            Kind::Press { label, style, id } => json!({
                "type": 2,
                "style": *style as u8,
                "label": label.as_str(),
                "custom_id": id.as_str(),
            }),
        }
    }
}
