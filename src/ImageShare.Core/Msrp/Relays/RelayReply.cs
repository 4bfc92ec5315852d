namespace ImageShare.Core.Msrp.Relays;

/// <summary>A relay's answer.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">Its headers beyond those of RFC 4975.</param>
internal sealed record RelayReply(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    public IEnumerable<string> All(string name) => Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);

    /// <summary>A whole number of seconds; null when the header is absent or not a number.</summary>
    public long? Seconds(string name) =>
        All(name).FirstOrDefault() is { } text && uint.TryParse(text, System.Globalization.NumberStyles.None, null, out uint seconds) ? seconds : null;
}
