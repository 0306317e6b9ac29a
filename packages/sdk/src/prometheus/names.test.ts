import { describe, expect, it } from "vitest";
import { labelName, type MetricType, metricName } from "./names.ts";

describe("metricName", () => {
  it.each<[string, string, MetricType, string]>([
    ["http.server.request.duration", "s", "histogram", "http_server_request_duration_seconds"],
    ["app.logins", "", "counter", "app_logins_total"],
    ["app.logins.total", "", "counter", "app_logins_total"],
    ["app.users", "{user}", "gauge", "app_users"],
    ["disk.total", "", "gauge", "disk_total"],
    ["disk.total", "By", "gauge", "disk_total_bytes"],
    ["seats.total", "", "histogram", "seats_total"],
    ["app.body", "By", "counter", "app_body_bytes_total"],
    ["app.body.bytes", "By", "counter", "app_body_bytes_total"],
    ["app.bytes.read", "By", "gauge", "app_bytes_read"],
    ["cache.hits", "1", "gauge", "cache_hits_ratio"],
    ["cache.hits", "1", "counter", "cache_hits_total"],
    ["speed", "m/s", "gauge", "speed_meters_per_second"],
    ["requests", "{request}/min", "gauge", "requests_per_minute"],
    ["a..b--c", "", "gauge", "a_b_c"],
    ["2xx", "", "counter", "_2xx_total"],
    ["odd", "furlong", "gauge", "odd_furlong"],
  ])("%s in %s as a %s is %s", (name, unit, type, expected) => {
    expect(metricName(name, unit, type)).toBe(expected);
  });
});

describe("labelName", () => {
  it.each([
    ["http.request.method", "http_request_method"],
    ["__name__", "_name_"],
    ["2nd", "key_2nd"],
    ["naïve", "na_ve"],
    ["job", "exported_job"],
    ["le", "exported_le"],
    ["level", "level"],
  ])("%s is %s", (key, expected) => {
    expect(labelName(key)).toBe(expected);
  });
});
