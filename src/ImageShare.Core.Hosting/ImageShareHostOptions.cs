namespace ImageShare.Core.Hosting;

/// <summary>
/// The options of a hosted client, as the options system of .NET makes them: first from the configuration, then from each <c>Configure</c> and
/// <see cref="ImageShareBuilder.ConfigureClient"/>, in order. They are checked when the host starts.
/// </summary>
public sealed class ImageShareHostOptions
{
    /// <summary>
    /// The options the client is started with. Never null, but <see cref="ImageShareOptions.Identity"/> of it is, until something sets it. Without other settings it
    /// logs to the host's logger factory, and its clock is the host's <see cref="TimeProvider"/>, if there is one.
    /// </summary>
    public ImageShareOptions Client { get; set; } = new() { Identity = null! };

    /// <summary>What is wrong with the configuration: each with the name of the option.</summary>
    internal IReadOnlyList<string> Problems { get; set; } = [];

    /// <summary>The values of the configuration they were made from, by option.</summary>
    internal IReadOnlyDictionary<string, string> Values { get; set; } = new Dictionary<string, string>();

    internal ImageShareHostOptions Copy()
    {
        var copy = new ImageShareHostOptions();
        copy.TakeFrom(this);
        return copy;
    }

    internal void TakeFrom(ImageShareHostOptions other) => (Client, Values, Problems) = (other.Client, other.Values, other.Problems);
}
