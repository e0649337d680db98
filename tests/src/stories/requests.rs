//! What holds for every request: ids, health, pages of lists.

use anyhow::{Context, Result, ensure};

use crate::{suite::Case, world::World};

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "requests: a sane request id is given back, any other replaced",
            request_ids,
        ),
        Case::new(
            "requests: a request without an id gets one of its own",
            generated,
        ),
        Case::new(
            "requests: the list of packages, page by page, is whole and in order",
            pages,
        ),
        Case::new(
            "requests: the list of packages has what the website shows",
            listed,
        ),
        Case::new("requests: errors say what would be right", problems),
    ]
}

fn request_ids(world: &World) -> Result<()> {
    let longest = "a".repeat(64);
    let too_long = "a".repeat(65);
    for (id, is_sane) in [
        ("a", true),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", true),
        ("d0a2f6e4-7c1b-4c55-9d3c-3b8f2f9f1a11", true),
        ("A.b_C-9", true),
        (longest.as_str(), true),
        (too_long.as_str(), false),
        ("two words", false),
        ("<script>", false),
        ("quo\"te", false),
        ("id\u{00e9}", false),
        ("", false),
    ] {
        for path in [
            "/health/manifest",
            "/health/webhook",
            "/packages/nobody-has-this/module.json",
        ] {
            let answer = world.get(path).header("x-request-id", id).send()?;
            let given = answer.header("x-request-id")?;
            ensure!((given == id) == is_sane, "{id:?} came back as {given:?}");
            ensure!(!given.is_empty() && given.len() <= 64, "{given:?}");
        }
    }
    Ok(())
}

fn generated(world: &World) -> Result<()> {
    let mut seen = Vec::new();
    for _ in 0..5 {
        let answer = world
            .get("/health/manifest")
            .header("x-request-id", "")
            .send()?;
        let id = answer.header("x-request-id")?.to_owned();
        ensure!(!seen.contains(&id), "{id} was given twice");
        seen.push(id);
    }
    Ok(())
}

fn pages(world: &World) -> Result<()> {
    let mut ids: Vec<String> = Vec::new();
    let mut path = "/api/v1/packages?limit=5".to_owned();
    for _ in 0..1_000 {
        let page = world.get(path).send()?.expect(200)?.json()?;
        let packages = page["packages"].as_array().context("no packages")?;
        ensure!(packages.len() <= 5, "{} on a page of 5", packages.len());
        let on_page = packages.iter().filter_map(|package| package["id"].as_str());
        ids.extend(on_page.map(str::to_owned));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        ensure!(!packages.is_empty(), "an empty page has a next one");
        path = format!("/api/v1/packages?limit=5&cursor={next}");
    }
    let mut sorted = ids.clone();
    sorted.sort_by_key(|id| id.to_lowercase());
    sorted.dedup();
    ensure!(ids == sorted, "not in order, or twice: {ids:?}");
    for name in ["shelf", "rules", "realm", "relic", "early"] {
        ensure!(ids.contains(&world.values()?[name]), "{name} is not listed");
    }
    ensure!(
        !ids.contains(&world.values()?["ghost"]),
        "what is withdrawn is listed"
    );
    let whole = world
        .get("/api/v1/packages?limit=100")
        .send()?
        .expect(200)?
        .json()?;
    let count = whole["packages"].as_array().context("no packages")?.len();
    ensure!(
        count == ids.len().min(100),
        "{count} on one page, {} on several",
        ids.len()
    );
    Ok(())
}

fn listed(world: &World) -> Result<()> {
    let shelf = &world.values()?["shelf"];
    let mut before = shelf.clone();
    before.pop();
    let page = format!("/api/v1/packages?limit=1&cursor={before}");
    let page = world.get(page).send()?.expect(200)?.json()?;
    let package = &page["packages"][0];
    ensure!(package["id"] == *shelf, "{package}");
    ensure!(
        package["version"] == "1.1.0" && package["type"] == "module",
        "{package}"
    );
    ensure!(package["compatibility"]["minimum"] == "12", "{package}");
    let install = format!("{}/packages/{shelf}/module.json", world.target.public_url());
    ensure!(package["manifest"] == install, "{package}");
    let at = package["published_at"].as_str().context("no date")?;
    ensure!(at.starts_with("20") && at.ends_with('Z'), "{at}");
    let title = package["title"].as_str().context("no title")?;
    ensure!(title == format!("The module {shelf}"), "{title}");
    Ok(())
}

fn problems(world: &World) -> Result<()> {
    for (method, path) in [
        ("GET", "/packages/nobody-has-this/module.json"),
        ("GET", "/packages/"),
        ("GET", "/api/v1/packages?limit=0"),
        ("PATCH", "/api/v1/packages"),
        ("POST", "/webhooks/github"),
        ("GET", "/webhooks/resume"),
        ("GET", "/admin/v1"),
        ("PUT", "/admin/v1/packages/a/channels/stable"),
    ] {
        let answer = world.ask(method, path).send()?;
        ensure!(
            (400..500).contains(&answer.status),
            "{path}: {}",
            answer.describe()
        );
        ensure!(
            answer.header("content-type")? == "application/problem+json",
            "{path}"
        );
        let problem = answer.json()?;
        ensure!(problem["status"] == answer.status, "{path}: {problem}");
        for name in ["type", "title", "detail"] {
            let text = problem[name].as_str().unwrap_or_default();
            ensure!(!text.is_empty(), "{path} has no {name}: {problem}");
        }
    }
    Ok(())
}
