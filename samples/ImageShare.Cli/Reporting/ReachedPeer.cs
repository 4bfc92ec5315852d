using System.Globalization;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Reporting;

/// <summary>How far a capability query came: what the status of its answer says of the peer (RFC 3261 §21).</summary>
/// <param name="Name">Its name for programs; null when the answer does not say.</param>
/// <param name="Meaning">The same for people, as a sentence about the peer, with its markup.</param>
internal sealed record ReachedPeer(string? Name, string Meaning)
{
    private static readonly ReachedPeer Answers = new("reached", "[red]cannot share images[/] (it answered {0}).");
    private static readonly ReachedPeer Unregistered = new("unregistered", "is [yellow]not reachable now[/]: its provider knows it, but it is not registered or does not answer ({0}). Try again later.");
    private static readonly ReachedPeer Unknown = new("unknown", "is [red]not known[/] to its provider ({0}): check the address.");
    private static readonly ReachedPeer Refusing = new("refusing", "[red]refuses[/]: it, or its provider, does not let you query it ({0}).");
    private static readonly ReachedPeer Faulty = new("unavailable", "could [yellow]not be asked[/]: a server on the way is out of service or has a fault ({0}). Try again later.");
    private static readonly ReachedPeer Unclear = Answers with { Name = null };

    public static ReachedPeer Of(ImageShareCapabilities capabilities) => capabilities.SipStatus switch
    {
        >= 200 and < 300 => Answers,
        404 or 410 or 484 or 604 => Unknown,
        408 or 430 or 480 => Unregistered,
        403 or 603 or 606 or 607 => Refusing,
        500 or 502 or 503 or 504 => Faulty,
        405 or 415 or 420 or 486 or 488 or 501 or 600 => Answers,
        _ => Unclear,
    };

    public string Words(int status) => string.Format(CultureInfo.InvariantCulture, Meaning, status);
}
