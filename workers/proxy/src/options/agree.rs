//! Whether options agree with each other.

use super::{Fit, Format, Mask, OptionError, Options};

impl Options {
    /// Checks options that are complete, a preset's filled in.
    ///
    /// # Errors
    /// [`OptionError::Contradiction`] or [`OptionError::Needs`], of the first that is found.
    pub fn check(&self) -> Result<(), OptionError> {
        self.check_sizes()?;
        self.check_shapes()?;
        self.check_format()
    }

    fn check_sizes(&self) -> Result<(), OptionError> {
        let sized = self.w.is_some() || self.h.is_some();
        let both = self.w.is_some() && self.h.is_some();
        match self.fit {
            Some(Fit::Inside) if !sized => return Err(needs("fit", "`w` or `h`")),
            Some(Fit::Inside) | None => {}
            Some(_) if !both => return Err(needs("fit", "`w` and `h`, unless it is inside")),
            Some(_) => {}
        }
        if self.gravity.is_some() && !self.cuts_off() {
            return Err(needs("gravity", "`fit` cover, contain or pad, or `mask`"));
        }
        if self.dpr.is_some() && !sized {
            return Err(needs("dpr", "`w` or `h`"));
        }
        if self.enlarge && !sized {
            return Err(needs("enlarge", "`w` or `h`"));
        }
        Ok(())
    }

    /// Whether something is cut off or filled up, so that the gravity decides about it.
    fn cuts_off(&self) -> bool {
        matches!(self.fit, Some(Fit::Cover | Fit::Contain | Fit::Pad)) || self.mask.is_some()
    }

    fn check_shapes(&self) -> Result<(), OptionError> {
        if self.border.is_some() && self.mask.is_none() {
            return Err(needs("border", "`mask`"));
        }
        let round = self.mask == Some(Mask::Circle);
        let opaque = self.bg.is_some_and(|color| color.0[3] == 255);
        if round && self.format == Some(Format::Jpeg) && !opaque {
            let why = "JPEG has no transparency; give `bg` too, or take webp or png";
            return Err(contradiction("mask", "format", why));
        }
        Ok(())
    }

    fn check_format(&self) -> Result<(), OptionError> {
        let changes = self.changes_pixels();
        match self.format {
            Some(Format::Json) if changes => {
                let why = "json describes the source as it is";
                Err(contradiction("format", self.first_change(), why))
            }
            Some(Format::Json | Format::Png) if self.q.is_some() => {
                let why = "only lossy formats have a quality";
                Err(contradiction("q", "format", why))
            }
            Some(Format::Avif) if changes || self.q.is_some() => {
                let why = "AVIF is passed through and never written";
                Err(contradiction("format", self.first_change(), why))
            }
            _ => Ok(()),
        }
    }

    /// The name of the first option that changes pixels, else of the quality.
    fn first_change(&self) -> &'static str {
        super::NAMES
            .iter()
            .find(|option| {
                let alone = self.only(option.name);
                alone.changes_pixels()
            })
            .map_or("q", |option| option.name)
    }

    /// The option `name` alone.
    fn only(&self, name: &str) -> Self {
        let mut alone = Self::default();
        let pairs = self.canonical();
        let pair = pairs.split(',').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (key == name).then_some(value)
        });
        if let Some(value) = pair {
            // It was written by the table that reads it.
            let _ = alone.set(name, value);
        }
        alone
    }
}

fn needs(name: &'static str, needed: &'static str) -> OptionError {
    OptionError::Needs { name, needed }
}

fn contradiction(first: &'static str, second: &'static str, why: &'static str) -> OptionError {
    OptionError::Contradiction { first, second, why }
}
