namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>Something to do on a loop, without an object of its own: what to call, and what with.</summary>
/// <param name="work">Called on the loop, with the loop and the two values.</param>
/// <param name="target">The first value.</param>
/// <param name="argument">The second value.</param>
internal readonly struct LoopWork(Action<AgentLoop, object, object?> work, object target, object? argument = null)
{
    public static LoopWork Of(Action action) => new(static (_, action, _) => ((Action)action)(), action);

    public void Do(AgentLoop loop) => work(loop, target, argument);
}
