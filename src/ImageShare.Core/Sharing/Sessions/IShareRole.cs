using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>Performs the effects of a share in SIP and MSRP. Called only from the share's loop, except where noted.</summary>
internal interface IShareRole : IAsyncDisposable
{
    /// <summary>Whether the store holds an incomplete image. Thread-safe.</summary>
    bool HasImageInHand { get; }

    /// <summary>Performs an effect. Long work is only started here and reports back with an input.</summary>
    ValueTask PerformAsync(ShareEffect effect);

    /// <summary>Adds details to the result. Thread-safe.</summary>
    ImageShareResult Describe(ImageShareResult result);
}
