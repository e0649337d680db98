# Cloudflare load balancing in front of the fleet (paid): every user is sent to
# the nearest site whose front answers.
#
#   export CLOUDFLARE_API_TOKEN=…   # Load Balancers, Monitors and Pools: write
#   cd deploy/cloudflare && terraform init
#   terraform apply -var account_id=… -var zone_id=… -var hostname=packages.example.com \
#     -var 'addresses={fra="192.0.2.1", lon="192.0.2.2", …}'
#
# A site without an address gets no pool: a fleet may begin with fewer.
terraform {
  required_version = ">= 1.9"
  required_providers {
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = "~> 5.9"
    }
  }
}

variable "account_id" {
  type = string
}

variable "zone_id" {
  type = string
}

variable "hostname" {
  type        = string
  description = "Where everything is served, PUBLIC_URL without the scheme."
}

variable "addresses" {
  type        = map(string)
  description = "The address of each site's node."
  validation {
    condition     = length(var.addresses) > 0 && length(setsubtract(keys(var.addresses), keys(local.all))) == 0
    error_message = "Name sites of deploy/sites.toml, at least one."
  }
}

locals {
  # `cargo xtask fleet fronts` writes it from deploy/sites.toml.
  all   = jsondecode(file("${path.module}/sites.json"))
  sites = { for name, site in local.all : name => site if contains(keys(var.addresses), name) }
}

# `/health` says 503 from the moment that a front is asked to leave, ten seconds
# before it does, so a planned stop takes nobody by surprise.
resource "cloudflare_load_balancer_monitor" "front" {
  account_id     = var.account_id
  description    = "front of a site"
  type           = "https"
  method         = "GET"
  path           = "/health"
  expected_codes = "200"
  header         = { Host = [var.hostname] }
  interval       = 60
  timeout        = 5
  retries        = 1
}

resource "cloudflare_load_balancer_pool" "site" {
  for_each    = local.sites
  account_id  = var.account_id
  name        = "vtta-edge-${each.key}"
  description = each.value.city
  latitude    = each.value.latitude
  longitude   = each.value.longitude
  monitor     = cloudflare_load_balancer_monitor.front.id
  origins = [{
    name    = each.key
    address = var.addresses[each.key]
    enabled = true
    header  = { host = [var.hostname] }
  }]
}

resource "cloudflare_load_balancer" "fleet" {
  zone_id = var.zone_id
  name    = var.hostname
  proxied = true
  # By the pools' places: the nearest one that is healthy.
  steering_policy = "proximity"
  default_pools   = [for name in sort(keys(local.sites)) : cloudflare_load_balancer_pool.site[name].id]
  fallback_pool   = cloudflare_load_balancer_pool.site[sort(keys(local.sites))[0]].id
  # Between two looks of the monitor: a connection that fails is tried elsewhere.
  adaptive_routing = { failover_across_pools = true }
}
