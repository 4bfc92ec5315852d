using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>The SIP half of a share: the invitation, the offers inside the session, and its end. All calls come from the session's one loop.</summary>
internal interface IShareSignalling : IAsyncDisposable
{
    /// <summary>Performs one effect of the machine that concerns SIP. Long work is started here and reports back with an input.</summary>
    ValueTask PerformAsync(ShareEffect effect);
}
