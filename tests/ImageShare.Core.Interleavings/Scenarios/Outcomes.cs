using ImageShare.Core.Interleavings.Orders;
using ImageShare.Core.Sharing;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>What the two ends of some shares say about them.</summary>
internal static class Outcomes
{
    /// <summary>What its sender calls complete has arrived, and of what arrived the sender does not say for sure that it did not.</summary>
    public static void CheckThatTheyAgree(IReadOnlyCollection<ImageShareResult> sent, IReadOnlyCollection<ImageShareResult?> received)
    {
        string Both() => string.Join("; ", sent.Concat(received).Select(static r => r?.ToString()));
        int complete = sent.Count(static r => r.IsCompleted);
        int arrived = received.Count(static r => r is { IsCompleted: true });
        Check.That(complete <= arrived, $"The sender calls complete what did not arrive: {Both()}");
        Check.That(arrived <= complete + sent.Count(static r => r.PeerMayHaveImage), $"The sender says that what arrived did not: {Both()}");
    }
}
