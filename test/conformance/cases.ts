/**
 * The cases of prometheus/compliance's remote-write sender tests (remotewrite/sender, commit 67b8327) that a library
 * without scraping has no use for, and why. Every other case stands in these tests by its own name.
 */
const NO_EXEMPLARS = "OpenTelemetry's JavaScript SDK records no exemplars yet";

export const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  samples_with_exemplars: NO_EXEMPLARS,
  histogram_with_metadata_and_exemplars: NO_EXEMPLARS,
  exemplar_with_trace_id: NO_EXEMPLARS,
  exemplar_with_span_id: NO_EXEMPLARS,
  exemplar_value_valid: NO_EXEMPLARS,
  exemplar_timestamp_valid: NO_EXEMPLARS,
  exemplar_labels_valid_refs: NO_EXEMPLARS,
  exemplar_custom_labels: NO_EXEMPLARS,
  exemplar_on_histogram: NO_EXEMPLARS,
  exemplar_labels_even_length: NO_EXEMPLARS,
  multiple_exemplars_per_series: NO_EXEMPLARS,
  metadata_type_summary: "OpenTelemetry has no summaries",
  zero_timestamp: "timestamps are the sender's own clock's, never scraped",
  metric_name_with_colons: "OpenTelemetry names have no colons; Prometheus keeps them for recording rules",
};

/** All cases, by the upstream test that they belong to. */
export const CASES: Readonly<Record<string, string>> = {
  TestBackoffBehavior:
    "exponential_backoff_on_retries backoff_required backoff_max_delay backoff_with_jitter",
  TestBatchingBehavior:
    "multiple_series_per_request batch_size_reasonable handles_varying_cardinality efficient_symbol_reuse metadata_batching",
  TestConcurrentRequests: "",
  TestCombinedFeatures:
    "samples_with_metadata samples_with_exemplars histogram_with_metadata_and_exemplars multiple_metric_types high_cardinality_labels complete_metric_family mixed_labels_and_metadata real_world_scenario",
  TestEdgeCases:
    "empty_scrape huge_label_values unicode_in_labels many_timeseries high_cardinality very_long_metric_name special_float_combinations zero_timestamp future_timestamp metric_name_with_colons stale_marker mixed_sample_and_histogram_families",
  TestRobustnessUnderLoad: "",
  TestErrorHandling:
    "handle_connection_refused handle_timeout handle_partial_write handle_malformed_response sender_continues_after_errors handle_invalid_status_code handle_empty_response handle_large_error_response",
  TestNetworkErrors: "dns_resolution_failure invalid_url_scheme",
  TestExemplarEncoding:
    "exemplar_with_trace_id exemplar_with_span_id exemplar_value_valid exemplar_timestamp_valid exemplar_labels_valid_refs exemplar_custom_labels exemplar_on_histogram exemplar_labels_even_length multiple_exemplars_per_series",
  TestFallbackBehavior:
    "fallback_on_415_unsupported_media_type retry_with_different_version fallback_header_changes accept_success_after_fallback persistent_fallback_choice",
  TestNoFallbackOn2xx: "",
  TestHistogramEncoding:
    "native_histogram_structure histogram_count_present histogram_sum_present histogram_buckets_ordered histogram_positive_buckets histogram_negative_buckets histogram_zero_bucket histogram_schema histogram_timestamp histogram_no_mixed_with_samples histogram_empty_buckets histogram_large_counts",
  TestLabelValidation:
    "label_lexicographic_ordering metric_name_label_present metric_name_format_valid label_name_format_valid no_duplicate_label_names label_names_not_empty label_values_may_be_empty reserved_label_prefix unicode_in_label_values special_chars_in_label_values very_long_label_names very_long_label_values many_labels_per_series",
  TestMetadataEncoding:
    "metadata_type_counter metadata_type_gauge metadata_type_histogram metadata_type_summary metadata_help_text metadata_unit metadata_help_with_newlines metadata_help_with_special_chars metadata_help_refs_valid metadata_consistent_across_series metadata_empty_help_allowed",
  TestProtocolCompliance:
    "content_type_protobuf content_type_with_proto_param content_encoding_snappy version_header_present version_header_value user_agent_present snappy_block_format protobuf_parseable",
  TestHTTPMethod: "",
  TestResponseProcessing:
    "ignore_response_body_on_success process_written_count_headers handle_partial_write_response handle_missing_written_headers log_error_messages_verbatim handle_large_error_body handle_204_no_content handle_200_ok",
  TestContentTypeNegotiation: "",
  TestRetryBehavior:
    "no_retry_on_400 no_retry_on_401 no_retry_on_404 may_retry_on_429 retry_on_500 retry_on_503 retry_on_502 retry_on_504 no_retry_on_413",
  TestRemoteWrite1Compatibility:
    "rw1_version_header rw1_content_type rw1_samples_encoding rw1_labels_encoding rw1_no_native_histograms rw1_no_start_timestamp rw1_metadata_handling rw1_symbol_table_not_used",
  TestRemoteWrite1Configuration: "",
  TestSampleEncoding:
    "float_value_encoding integer_value_encoding zero_value_encoding negative_value_encoding positive_infinity_encoding negative_infinity_encoding nan_encoding timestamp_milliseconds_format timestamp_recent multiple_samples_same_series large_float_values small_float_values scientific_notation precision_preservation job_instance_labels_present",
  TestSampleOrdering: "",
  TestSymbolTable:
    "empty_string_at_index_zero string_deduplication labels_refs_valid_indices labels_refs_even_length",
  TestSymbolTableEfficiency: "",
  TestTimestampEncoding:
    "timestamp_int64_milliseconds timestamp_ordering_within_series start_timestamp_for_counters start_timestamp_for_histograms start_timestamp_zero_handling timestamp_precision timestamp_future_values start_timestamp_before_sample_timestamp",
};
