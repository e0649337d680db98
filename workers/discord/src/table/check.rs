//! Whether what was filled in is what the table asks for.

use super::{Found, Kind, Opt};
use crate::{Locale, failure::Failure, interaction::Options, message};

/// That every option is there that must be, and each is of its type and within its bounds.
///
/// Discord checks the same by what was registered; a registration may be older than this version,
/// though, and nothing else must be relied on.
///
/// # Errors
/// [`Failure::Said`].
pub fn check(found: &Found, options: &Options, locale: Locale) -> Result<(), Failure> {
    for given in options.iter() {
        let name = message::markdown::code(&registry::text::excerpt(&given.name, 32));
        let Some(option) = found.options.iter().find(|one| one.name == given.name) else {
            return Err(Failure::Said(say!(
                locale,
                "This command has no option {name}. Reload Discord: its list of commands is old.",
                "Dieser Befehl hat keine Option {name}. Lade Discord neu: die Liste der Befehle ist veraltet.",
                name
            )));
        };
        if !fits(option, options) {
            return Err(Failure::Said(say!(
                locale,
                "The option {name} is not what it should be.",
                "Die Option {name} ist nicht, was sie sein sollte.",
                name
            )));
        }
    }
    let mut required = found.options.iter().filter(|option| option.required);
    match required.find(|option| options.get(option.name).is_none()) {
        None => Ok(()),
        Some(missing) => {
            let name = missing.name;
            Err(Failure::Said(say!(
                locale,
                "The option `{name}` is missing.",
                "Die Option `{name}` fehlt.",
                name
            )))
        }
    }
}

fn fits(option: &Opt, options: &Options) -> bool {
    let Some(given) = options.get(option.name) else {
        return false;
    };
    let is_it = match option.kind {
        Kind::Text(longest) | Kind::Completed(longest, _) => options
            .text(option.name)
            .is_some_and(|text| message::length(text) <= usize::from(longest)),
        Kind::Number(least, most) => options
            .number(option.name)
            .is_some_and(|number| (u64::from(least)..=u64::from(most)).contains(&number)),
        Kind::Channel | Kind::Role => options.id(option.name).is_some(),
    };
    is_it && given.kind == option.kind.number()
}
