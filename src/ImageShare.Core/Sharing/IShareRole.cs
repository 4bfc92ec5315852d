using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing;

/// <summary>One side of a share: performs what the machine wants done. All calls come from the session's one loop.</summary>
internal interface IShareRole : IAsyncDisposable
{
    /// <summary>Performs one effect. Long work is started here and reports back with an input.</summary>
    ValueTask PerformAsync(ShareEffect effect);

    /// <summary>Adds what this side knows to the result.</summary>
    ImageShareResult Describe(ImageShareResult result);
}
