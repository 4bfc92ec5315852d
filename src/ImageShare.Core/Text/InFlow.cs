namespace ImageShare.Core.Text;

/// <summary>Runs the work of a loop with what flowed to its start, such as scopes of logging, on a thread where something else may flow.</summary>
internal static class InFlow
{
    /// <param name="flow">What was captured at the start; null where nothing flows.</param>
    /// <param name="work">The work.</param>
    /// <param name="state">Passed to it.</param>
    public static void Run(ExecutionContext? flow, ContextCallback work, object state)
    {
        if (flow is not null)
        {
            ExecutionContext.Run(flow, work, state);
        }
        else
        {
            work(state);
        }
    }
}
