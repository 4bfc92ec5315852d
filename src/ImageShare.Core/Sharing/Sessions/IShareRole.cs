using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>What a share does outside of its loop, in SIP and in MSRP. All calls come from the session's one loop.</summary>
internal interface IShareRole : IAsyncDisposable
{
    /// <summary>Whether the store has an image in hand that is not whole. From any thread.</summary>
    bool HasImageInHand { get; }

    /// <summary>Performs one effect. Long work is started here and reports back with an input.</summary>
    ValueTask PerformAsync(ShareEffect effect);

    /// <summary>Adds what this side knows to the result. From any thread.</summary>
    ImageShareResult Describe(ImageShareResult result);
}
