//! Every row of the contract was asked for, and answered in every way that it names.

use anyhow::{Result, ensure};

use crate::{suite::Case, target::Runtime, transcript::Exchange, world::World};

/// Method, path and the answers that the contract names. In a path `{}` stands for one segment that
/// is not empty, `{…}` at its end for all that follows.
///
/// What `403` without an admin's token in the configuration and `503` of a broken store are like, is
/// told by the stories of `configuration`, on servers of their own.
#[rustfmt::skip]
const ROWS: &[(&str, &str, &[u16])] = &[
    ("GET", "/packages/{}/module.json", &[200, 304, 404, 410]),
    ("HEAD", "/packages/{}/module.json", &[200, 304]),
    ("OPTIONS", "/packages/{}/module.json", &[204]),
    ("GET", "/packages/{}/system.json", &[200, 304, 404]),
    ("GET", "/packages/{}/world.json", &[200, 304, 404]),
    ("GET", "/packages/{}/channels/{}/module.json", &[200, 304, 404, 410]),
    ("HEAD", "/packages/{}/channels/{}/module.json", &[200, 304]),
    ("OPTIONS", "/packages/{}/channels/{}/module.json", &[204]),
    ("GET", "/packages/{}/core/{}/module.json", &[200, 304, 404, 410]),
    ("HEAD", "/packages/{}/core/{}/module.json", &[200, 304]),
    ("OPTIONS", "/packages/{}/core/{}/module.json", &[204]),
    ("GET", "/packages/{}/releases/{}/module.json", &[200, 304, 404, 410]),
    ("HEAD", "/packages/{}/releases/{}/module.json", &[200, 304]),
    ("OPTIONS", "/packages/{}/releases/{}/module.json", &[204]),
    ("GET", "/packages/{}/releases/{}/{}.zip", &[200, 206, 304, 404, 410, 416]),
    ("HEAD", "/packages/{}/releases/{}/{}.zip", &[200, 304]),
    ("OPTIONS", "/packages/{}/releases/{}/{}.zip", &[204]),
    ("GET", "/packages/{}/releases/{}/{}/{}.zip", &[200, 206, 304, 404, 410, 416]),
    ("HEAD", "/packages/{}/releases/{}/{}/{}.zip", &[200, 304]),
    ("OPTIONS", "/packages/{}/releases/{}/{}/{}.zip", &[204]),
    ("GET", "/api/v1/packages", &[200, 400]),
    ("OPTIONS", "/api/v1/packages", &[204]),
    ("GET", "/api/v1/packages/{}", &[200, 304, 404]),
    ("GET", "/api/v1/packages/{}/releases", &[200, 304, 400, 404]),
    ("GET", "/api/v1/packages/{}/badge", &[200, 304, 404]),
    ("GET", "/manifest/{}/{}", &[200, 304, 404, 410]),
    ("HEAD", "/manifest/{}/{}", &[200, 304]),
    ("GET", "/get/{}/{}", &[200, 206, 304, 404, 410, 416]),
    ("HEAD", "/get/{}/{}", &[200, 304]),
    ("GET", "/modules/{}/stable/module.json", &[200, 304, 404, 410]),
    ("GET", "/modules/{}/stable", &[200, 206, 304, 404, 410, 416]),
    ("GET", "/download/{}/module.json", &[200, 304, 404, 410]),
    ("GET", "/download/{}", &[200, 206, 304, 404, 410, 416]),
    ("POST", "/webhooks/github", &[200, 202, 400, 401, 403, 413]),
    ("GET", "/webhooks/deliveries/{}", &[200, 401, 404]),
    ("POST", "/webhooks/deliveries/{}/retry", &[202, 401, 404, 409]),
    ("POST", "/webhooks/resume", &[200, 401]),
    ("PUT", "/admin/v1/packages/{}/releases/{}", &[201, 400, 401, 403, 413, 422]),
    ("PUT", "/admin/v1/packages/{}/channels/{}", &[200, 400, 401, 404, 409]),
    ("POST", "/admin/v1/packages/{}/releases/{}/yank", &[200, 400, 401, 404]),
    ("POST", "/admin/v1/packages/{}/releases/{}/restore", &[200, 401]),
    ("GET", "/admin/v1/packages/{}/tokens", &[200]),
    ("POST", "/admin/v1/packages/{}/tokens", &[201]),
    ("DELETE", "/admin/v1/packages/{}/tokens/{}", &[204]),
    ("GET", "/proxy", &[200, 304]),
    ("HEAD", "/proxy", &[200]),
    ("OPTIONS", "/proxy", &[204]),
    ("GET", "/proxy/http{…}", &[200]),
    ("GET", "/proxy/t/{}/{…}", &[200]),
    ("GET", "/dl/{…}", &[200]),
    ("POST", "/discord/interactions", &[200, 401, 413]),
    ("GET", "/health/manifest", &[200]),
    ("GET", "/health/webhook", &[200]),
    ("GET", "/health/proxy", &[200]),
    ("GET", "/health/discord", &[200]),
];

/// The case.
pub fn case() -> Case {
    Case::new(
        "everything: every row of the contract was asked, with every answer that it names",
        asked,
    )
    .only_with_all()
}

fn asked(world: &World) -> Result<()> {
    if world.target.runtime == Runtime::Other {
        // Some rows need a server that the suite may configure.
        return Ok(());
    }
    let exchanges = world.transcript.exchanges();
    let (mut missing, mut answers) = (Vec::new(), 0);
    for (method, pattern, statuses) in ROWS {
        for status in *statuses {
            answers += 1;
            if !exchanges
                .iter()
                .any(|one| is_of(one, method, pattern, *status))
            {
                missing.push(format!("{status} of {method} {pattern}"));
            }
        }
    }
    ensure!(missing.is_empty(), "never seen: {}", missing.join(", "));
    println!("        {} rows, {answers} answers of them", ROWS.len());
    Ok(())
}

fn is_of(exchange: &Exchange, method: &str, pattern: &str, status: u16) -> bool {
    let path = exchange.target.split('?').next().unwrap_or_default();
    exchange.method == method && exchange.status == status && fits(path, pattern)
}

/// Whether a path is what a pattern says.
fn fits(path: &str, pattern: &str) -> bool {
    if let Some(beginning) = pattern.strip_suffix("{…}") {
        let beginning: Vec<&str> = beginning.split('/').collect();
        let segments: Vec<&str> = path.splitn(beginning.len(), '/').collect();
        let (Some(last), Some(rest)) = (beginning.last(), segments.get(beginning.len() - 1)) else {
            return false;
        };
        let before = segments.iter().zip(&beginning[..beginning.len() - 1]);
        let mut before = before;
        return before.all(|(segment, wanted)| is_segment(segment, wanted))
            && rest.len() > last.len()
            && rest.starts_with(last);
    }
    let (path, pattern): (Vec<&str>, Vec<&str>) =
        (path.split('/').collect(), pattern.split('/').collect());
    path.len() == pattern.len()
        && path
            .iter()
            .zip(&pattern)
            .all(|(segment, wanted)| is_segment(segment, wanted))
}

fn is_segment(segment: &str, wanted: &str) -> bool {
    match wanted.strip_prefix("{}") {
        Some(end) => segment.len() > end.len() && segment.ends_with(end),
        None => segment == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_pattern_fits_its_paths_and_no_others() {
        for (path, pattern, is_right) in [
            ("/packages/a/module.json", "/packages/{}/module.json", true),
            ("/packages//module.json", "/packages/{}/module.json", false),
            (
                "/packages/a/b/module.json",
                "/packages/{}/module.json",
                false,
            ),
            (
                "/packages/a/releases/1/a.zip",
                "/packages/{}/releases/{}/{}.zip",
                true,
            ),
            (
                "/packages/a/releases/1/.zip",
                "/packages/{}/releases/{}/{}.zip",
                false,
            ),
            (
                "/packages/a/releases/1/module.json",
                "/packages/{}/releases/{}/{}.zip",
                false,
            ),
            ("/proxy/https://a/b.png", "/proxy/http{…}", true),
            ("/proxy/t/x/https://a", "/proxy/http{…}", false),
            ("/proxy/t/x/https://a", "/proxy/t/{}/{…}", true),
            ("/proxy/t/x/", "/proxy/t/{}/{…}", false),
            ("/dl/http%3A", "/dl/{…}", true),
            ("/dl/", "/dl/{…}", false),
        ] {
            assert_eq!(fits(path, pattern), is_right, "{path} {pattern}");
        }
    }
}
